//! Modes and raw modes, as data (`Mode.c` in Pillow).
//!
//! A *mode* is the meaning of pixels and their layout in memory; a *raw mode* is a layout of pixels in a file. Their numbers
//! are part of the ABI: each is an index into [`MODES`] or [`RAW_MODES`]. `build.rs` includes this file and generates the
//! enumerators of `Mode.h` from it, so it uses nothing but `core`.

use core::ffi::{CStr, c_int};

/// The type of a band's values. The discriminants are `IMAGING_TYPE_*` of the C header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum PixelType {
    /// 8 bits, unsigned (signed for the colour bands of LAB).
    U8 = 0,
    /// 32 bits, signed, native byte order.
    I32 = 1,
    /// A 32-bit float, native byte order.
    F32 = 2,
    /// 16 bits, unsigned; the byte order depends on the mode.
    I16 = 3,
}

/// The properties of a mode.
#[derive(Clone, Copy, Debug)]
pub struct ModeSpec {
    /// The name in Pillow.
    pub name: &'static CStr,
    /// A short description, for the C header.
    pub summary: &'static str,
    /// The type of a band's values.
    pub pixel_type: PixelType,
    /// The number of bands, 1 to 4.
    pub bands: u8,
    /// Bytes of a pixel in memory: 1, 2 or 4.
    pub pixel_size: u8,
    /// The names of the bytes of a multi-band pixel, or of the only band.
    pub band_names: [&'static str; 4],
    /// Whether images of this mode have a palette.
    pub has_palette: bool,
}

const fn one_band(name: &'static CStr, band: &'static str, pixel_type: PixelType, summary: &'static str) -> ModeSpec {
    let pixel_size = match pixel_type {
        PixelType::U8 => 1,
        PixelType::I16 => 2,
        PixelType::I32 | PixelType::F32 => 4,
    };
    ModeSpec { name, summary, pixel_type, bands: 1, pixel_size, band_names: [band, "", "", ""], has_palette: false }
}

const fn bytes(name: &'static CStr, bands: u8, band_names: [&'static str; 4], summary: &'static str) -> ModeSpec {
    ModeSpec { name, summary, pixel_type: PixelType::U8, bands, pixel_size: 4, band_names, has_palette: false }
}

const fn with_palette(spec: ModeSpec) -> ModeSpec {
    ModeSpec { has_palette: true, ..spec }
}

/// The table of modes. The index is the mode's number; 0 is no mode.
pub const MODES: [ModeSpec; 21] = {
    use PixelType::{F32, I16, I32, U8};
    [
        ModeSpec {
            name: c"",
            summary: "no mode",
            pixel_type: U8,
            bands: 0,
            pixel_size: 0,
            band_names: [""; 4],
            has_palette: false,
        },
        one_band(c"1", "1", U8, "black and white: 0 or 255, a byte each"),
        bytes(c"CMYK", 4, ["C", "M", "Y", "K"], "colour separation"),
        one_band(c"F", "F", F32, "32-bit floats"),
        bytes(c"HSV", 3, ["H", "S", "V", "X"], "hue, saturation, value"),
        one_band(c"I", "I", I32, "32-bit signed integers"),
        one_band(c"L", "L", U8, "8-bit grey"),
        bytes(c"LA", 2, ["L", "X", "X", "A"], "grey with alpha"),
        bytes(c"LAB", 3, ["L", "a", "b", "X"], "CIE L*a*b*, a and b signed"),
        bytes(c"La", 2, ["L", "X", "X", "a"], "grey with alpha, premultiplied"),
        with_palette(one_band(c"P", "P", U8, "indices into a palette")),
        with_palette(bytes(c"PA", 2, ["P", "X", "X", "A"], "indices into a palette, with alpha")),
        bytes(c"RGB", 3, ["R", "G", "B", "X"], "true colour"),
        bytes(c"RGBA", 4, ["R", "G", "B", "A"], "true colour with alpha"),
        bytes(c"RGBX", 4, ["R", "G", "B", "X"], "true colour with a fourth, unused band"),
        bytes(c"RGBa", 4, ["R", "G", "B", "a"], "true colour with alpha, premultiplied"),
        bytes(c"YCbCr", 3, ["Y", "Cb", "Cr", "X"], "video colour"),
        one_band(c"I;16", "I", I16, "16-bit unsigned integers, low byte first"),
        one_band(c"I;16L", "I", I16, "16-bit unsigned integers, low byte first"),
        one_band(c"I;16B", "I", I16, "16-bit unsigned integers, high byte first"),
        one_band(c"I;16N", "I", I16, "16-bit unsigned integers, in the machine's order"),
    ]
};

/// The mode of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
#[allow(missing_docs, clippy::upper_case_acronyms)] // the names are those of the table
pub enum Mode {
    One = 1,
    CMYK,
    F,
    HSV,
    I,
    L,
    LA,
    LAB,
    La,
    P,
    PA,
    RGB,
    RGBA,
    RGBX,
    RGBa,
    YCbCr,
    I16,
    I16L,
    I16B,
    I16N,
}

impl Mode {
    /// All modes, in the order of their numbers.
    pub const ALL: [Self; 20] = {
        use Mode::*;
        [One, CMYK, F, HSV, I, L, LA, LAB, La, P, PA, RGB, RGBA, RGBX, RGBa, YCbCr, I16, I16L, I16B, I16N]
    };

    /// Returns the mode with a number; `None` if there is none, since C programs may pass any `int`.
    pub fn from_id(id: c_int) -> Option<Self> {
        let index = usize::try_from(id).ok()?.checked_sub(1)?;
        Self::ALL.get(index).copied()
    }

    /// Returns the number of the mode in the C ABI.
    pub const fn id(self) -> c_int {
        self as c_int
    }

    /// Returns the properties of the mode.
    pub const fn spec(self) -> &'static ModeSpec {
        const TABLE: &[ModeSpec; 21] = &MODES;
        &TABLE[self as usize]
    }

    /// Returns the name of the mode in Pillow.
    pub const fn name(self) -> &'static str {
        match self.spec().name.to_str() {
            Ok(name) => name,
            Err(_) => "",
        }
    }

    /// Whether the last byte of a pixel is its alpha.
    pub const fn has_alpha(self) -> bool {
        matches!(self, Self::LA | Self::La | Self::PA | Self::RGBA | Self::RGBa)
    }

    /// Whether pixels are 16-bit integers, of either byte order.
    pub const fn is_i16(self) -> bool {
        matches!(self.spec().pixel_type, PixelType::I16)
    }

    /// Returns the bytes of a pixel in memory: 1, 2 or 4.
    pub const fn pixel_size(self) -> usize {
        self.spec().pixel_size as usize
    }
}

/// The names of the raw modes. The index is the raw mode's number; 0 is no raw mode.
pub const RAW_MODES: [&CStr; 171] = [
    c"",
    c"1",
    c"CMYK",
    c"F",
    c"HSV",
    c"I",
    c"L",
    c"LA",
    c"LAB",
    c"La",
    c"P",
    c"PA",
    c"RGB",
    c"RGBA",
    c"RGBX",
    c"RGBa",
    c"YCbCr",
    c"I;16",
    c"I;16L",
    c"I;16B",
    c"I;16N",
    c"1;8",
    c"1;I",
    c"1;IR",
    c"1;R",
    c"A",
    c"ABGR",
    c"ARGB",
    c"A;16B",
    c"A;16L",
    c"A;16N",
    c"B",
    c"BGAR",
    c"BGR",
    c"BGRA",
    c"BGRA;15",
    c"BGRA;15Z",
    c"BGRA;16B",
    c"BGRA;16L",
    c"BGRX",
    c"BGR;5",
    c"BGR;15",
    c"BGR;16",
    c"BGRa",
    c"BGXR",
    c"B;16B",
    c"B;16L",
    c"B;16N",
    c"C",
    c"CMYKX",
    c"CMYKXX",
    c"CMYK;16B",
    c"CMYK;16L",
    c"CMYK;16N",
    c"CMYK;I",
    c"CMYK;L",
    c"C;I",
    c"Cb",
    c"Cr",
    c"I;32B",
    c"F;16",
    c"F;16B",
    c"F;16BS",
    c"F;16N",
    c"F;16NS",
    c"F;16S",
    c"F;32",
    c"F;32B",
    c"F;32BF",
    c"F;32BS",
    c"F;32F",
    c"F;32N",
    c"F;32NF",
    c"F;32NS",
    c"F;32S",
    c"F;64BF",
    c"F;64F",
    c"F;64NF",
    c"F;8",
    c"F;8S",
    c"G",
    c"G;16B",
    c"G;16L",
    c"G;16N",
    c"H",
    c"I;12",
    c"I;16BS",
    c"I;16NS",
    c"I;16R",
    c"I;16S",
    c"I;32",
    c"I;32BS",
    c"I;32N",
    c"I;32NS",
    c"I;32S",
    c"I;8",
    c"I;8S",
    c"K",
    c"K;I",
    c"LA;16B",
    c"LA;L",
    c"LX",
    c"L;1",
    c"L;16",
    c"L;16B",
    c"L;2",
    c"L;2I",
    c"L;2IR",
    c"L;2R",
    c"L;4",
    c"L;4I",
    c"L;4IR",
    c"L;4R",
    c"L;I",
    c"L;R",
    c"M",
    c"M;I",
    c"PA;L",
    c"PX",
    c"P;1",
    c"P;2",
    c"P;2L",
    c"P;4",
    c"P;4L",
    c"P;R",
    c"R",
    c"RGBAX",
    c"RGBAXX",
    c"RGBA;15",
    c"RGBA;16B",
    c"RGBA;16L",
    c"RGBA;16N",
    c"RGBA;4B",
    c"RGBA;I",
    c"RGBA;L",
    c"RGBXX",
    c"RGBXXX",
    c"RGBX;16B",
    c"RGBX;16L",
    c"RGBX;16N",
    c"RGBX;L",
    c"RGB;15",
    c"RGB;16",
    c"RGB;16B",
    c"RGB;16L",
    c"RGB;16N",
    c"RGB;4B",
    c"RGB;L",
    c"RGB;R",
    c"RGBaX",
    c"RGBaXX",
    c"RGBa;16B",
    c"RGBa;16L",
    c"RGBa;16N",
    c"R;16B",
    c"R;16L",
    c"R;16N",
    c"S",
    c"V",
    c"X",
    c"XBGR",
    c"XRGB",
    c"Y",
    c"YCCA;P",
    c"YCC;P",
    c"YCbCrK",
    c"YCbCrX",
    c"YCbCr;L",
    c"Y;I",
    c"aBGR",
    c"aRGB",
];

/// Returns the index of `name` in a table of names; 0, which means "unknown" in both tables, if it is not there.
pub fn find(names: impl IntoIterator<Item = &'static CStr>, name: &CStr) -> c_int {
    names.into_iter().position(|known| known == name).unwrap_or(0) as c_int
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> serde_json::Value {
        serde_json::from_str(include_str!("../abi/modes.json")).expect("the facts are JSON")
    }

    fn names(facts: &serde_json::Value, key: &str) -> Vec<String> {
        facts[key].as_array().expect("a list").iter().map(|name| name.as_str().expect("a name").to_owned()).collect()
    }

    #[test]
    fn numbers_equal_those_of_the_abi() {
        let facts = facts();
        let modes: Vec<_> = MODES.iter().map(|spec| spec.name.to_str().expect("ASCII").to_owned()).collect();
        let raw_modes: Vec<_> = RAW_MODES.iter().map(|name| name.to_str().expect("ASCII").to_owned()).collect();
        assert_eq!(modes, names(&facts, "modes"));
        assert_eq!(raw_modes, names(&facts, "rawmodes"));
    }

    #[test]
    fn from_id_accepts_any_number() {
        for mode in Mode::ALL {
            assert_eq!(Mode::from_id(mode.id()), Some(mode));
            assert_eq!(MODES[mode.id() as usize].name, mode.spec().name);
        }
        for id in [c_int::MIN, -1, 0, 21, c_int::MAX] {
            assert_eq!(Mode::from_id(id), None);
        }
    }

    #[test]
    fn unknown_names_are_0() {
        assert_eq!(find(MODES.iter().map(|spec| spec.name), c"RGBa"), Mode::RGBa.id());
        assert_eq!(find(RAW_MODES, c"aRGB"), RAW_MODES.len() as c_int - 1);
        assert_eq!(find(RAW_MODES, c"rgb"), 0);
    }
}
