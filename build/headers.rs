//! Generates the C headers from the Rust sources: `cbindgen` makes the declarations, this module sorts them into sections.
//!
//! The introduction, macros and trailer of a header are in `cbindgen/<name>.toml`. All declarations and their comments
//! are in Rust: constants and types in one file, functions in one file for each theme. The first paragraph of such a
//! file's `//!` comment becomes the heading of its functions. A comment that starts with `// # Title` opens a subsection,
//! before the next declaration.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use cbindgen::{Config, ItemType};

use crate::mode::{MODES, RAW_MODES};

/// The maximum width of a header's lines.
const WIDTH: usize = 120;

/// A header, and the Rust files that it is generated from.
pub struct Header {
    pub name: &'static str,
    /// The file with its constants and types.
    pub types: &'static str,
    /// The files with its functions, in the order of the header.
    pub functions: &'static [&'static str],
}

pub const HEADERS: [Header; 3] = [
    Header { name: "Mode", types: "src/abi.rs", functions: &["src/ffi/mode.rs"] },
    Header {
        name: "Imaging",
        types: "src/abi.rs",
        functions: &[
            "src/ffi/storage.rs",
            "src/ffi/access.rs",
            "src/ffi/palette.rs",
            "src/ffi/arrow.rs",
            "src/ffi/raw.rs",
            "src/ffi/ppm.rs",
            "src/ffi/color.rs",
            "src/ffi/geometry.rs",
            "src/ffi/resample.rs",
            "src/ffi/reduce.rs",
            "src/ffi/composite.rs",
            "src/ffi/paste.rs",
            "src/ffi/chops.rs",
            "src/ffi/point.rs",
            "src/ffi/filter.rs",
            "src/ffi/statistics.rs",
            "src/ffi/effects.rs",
            "src/ffi/draw.rs",
            "src/ffi/draw_ellipse.rs",
            "src/ffi/quantize.rs",
            "src/ffi/codec/mod.rs",
            "src/ffi/zip.rs",
            "src/ffi/jpeg.rs",
            "src/ffi/jpeg2000.rs",
            "src/ffi/tiff.rs",
            "src/ffi/codec_fd.rs",
            "src/host/symbols.rs",
            "src/ffi/planned.rs",
        ],
    },
    Header {
        name: "ImagingExt",
        types: "src/abi/ext.rs",
        functions: &[
            "src/ffi/ext.rs",
            "src/host/symbols_ext.rs",
            "src/ffi/files.rs",
            "src/ffi/buffer.rs",
            "src/ffi/codec_io.rs",
        ],
    },
];

impl Header {
    /// Returns the files that the header is generated from.
    pub fn sources(&self) -> impl Iterator<Item = String> {
        let config = format!("cbindgen/{}.toml", self.name);
        std::iter::once(config)
            .chain(std::iter::once(self.types).chain(self.functions.iter().copied()).map(str::to_owned))
    }

    /// Generates the text of the header.
    pub fn generate(&self, root: &Path) -> Result<String, Box<dyn Error>> {
        let config = Config::from_file(root.join(format!("cbindgen/{}.toml", self.name)))?;
        let types = root.join(self.types);
        let functions: Vec<_> = self.functions.iter().map(|file| root.join(file)).collect();

        let mut body = String::new();
        if self.name == "Mode" {
            body += &enumerators()?;
        }
        body += &declarations(&config, &[ItemType::Constants], [&types])?;
        let named = |items| Ok::<_, Box<dyn Error>>(in_listed_order(&declarations(&config, items, [&types])?, &config));
        body += &named(&[ItemType::Typedefs])?;
        body += &named(&[ItemType::Structs])?;
        let others = functions.iter().filter(|file| **file != types);
        body += &declarations(&config, &[ItemType::Functions], others.chain([&types]))?;

        // The title of a header with one theme is in its introduction.
        if functions.len() > 1 {
            for section in sections(&fs::read_to_string(&types)?, None) {
                section.insert(&mut body);
            }
            for file in &functions {
                let source = fs::read_to_string(file)?;
                for section in sections(&source, Some(first_paragraph(&source))) {
                    section.insert(&mut body);
                }
            }
        }
        Ok(assemble(&config, &body))
    }
}

/// Generates the declarations of items of these kinds; empty if the header has no such items.
fn declarations<'a>(
    config: &Config,
    items: &[ItemType],
    sources: impl IntoIterator<Item = &'a PathBuf>,
) -> Result<String, Box<dyn Error>> {
    let mut config = config.clone();
    config.export.item_types.retain(|item| items.contains(item));
    if config.export.item_types.is_empty() {
        return Ok(String::new());
    }
    (config.header, config.after_includes, config.trailer, config.include_guard) = (None, None, None, None);
    (config.includes, config.sys_includes) = (Vec::new(), Vec::new());

    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in sources {
        builder = builder.with_src(source);
    }
    let mut text = Vec::new();
    builder.generate()?.write(&mut text);
    Ok(tidy(&String::from_utf8(text)?))
}

/// Tidies the output of `cbindgen`: removes empty last lines of comments and links of Rust's documentation, joins
/// comments of one line, moves the semicolon of a conditional field into its condition, and wraps long lines.
fn tidy(text: &str) -> String {
    let text = without_links(text).replace("\n *\n */", "\n */");
    let mut lines: VecDeque<_> = text.lines().collect();
    let mut out = String::new();
    while let Some(line) = lines.pop_front() {
        let code = line.trim_start();
        let next = |n: usize| lines.get(n).map_or("", |line| line.trim());
        let one_line_comment = || {
            let comment = next(0).strip_prefix("* ").filter(|_| code == "/**" && next(1) == "*/")?;
            let comment = format!("{}/** {comment} */", &line[..line.len() - code.len()]);
            (comment.chars().count() <= WIDTH).then_some(comment)
        };
        if let Some(comment) = one_line_comment() {
            out += &comment;
            lines.drain(..2);
        } else if next(0) == "#endif" && next(1) == ";" {
            out += &format!("{line};\n#endif");
            lines.drain(..2);
        } else if line.len() > WIDTH && line.starts_with("extern ") {
            out += &wrapped(line);
        } else {
            out += line;
        }
        out.push('\n');
    }
    format!("{}\n\n", out.trim())
}

/// Wraps the declaration of a function: its arguments start on a new line.
fn wrapped(declaration: &str) -> String {
    let Some((head, arguments)) = declaration.strip_suffix(");").and_then(|line| line.split_once('(')) else {
        return declaration.to_owned();
    };
    let mut lines = vec![String::new()];
    for argument in arguments.split_inclusive(", ") {
        if lines.last().is_some_and(|line| line.len() + argument.trim().len() + 4 > WIDTH) {
            lines.push(String::new());
        }
        lines.last_mut().expect("there is one").push_str(argument);
    }
    let arguments: String = lines.iter().map(|line| format!("    {}\n", line.trim())).collect();
    format!("{head}(\n{arguments});")
}

/// Replaces the links [`name`](path) and [`name`] by `name`.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once("[`") {
        let Some((name, after)) = link.split_once("`]") else { break };
        out += &format!("{before}`{name}`");
        rest = after.strip_prefix('(').and_then(|path| path.split_once(')')).map_or(after, |(_, after)| after);
    }
    out + rest
}

/// Returns the types that the configuration lists, in the order of that list.
fn in_listed_order(types: &str, config: &Config) -> String {
    let paragraphs: Vec<_> = types.trim().split("\n\n").collect();
    let listed = config.export.include.iter();
    let found = listed.filter_map(|name| paragraphs.iter().find(|paragraph| declaration(paragraph, name).is_some()));
    found.map(|paragraph| format!("{paragraph}\n\n")).collect()
}

/// Finds the declaration of `name` in `text`, and returns the start of its line.
fn declaration(text: &str, name: &str) -> Option<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let constant_or_struct = [format!("#define {name} "), format!("struct {name} {{")];
        let typedef = [format!("*{name};"), format!("(*{name})(")];
        let function = [format!(" {name}("), format!("*{name}(")];
        if constant_or_struct.iter().any(|code| line.starts_with(code))
            || line.starts_with("typedef ") && typedef.iter().any(|code| line.contains(code))
            || !line.starts_with([' ', '/']) && function.iter().any(|code| line.contains(code))
        {
            return Some(start);
        }
        start += line.len();
    }
    None
}

/// Returns the first paragraph of a file's own comment.
fn first_paragraph(source: &str) -> Vec<String> {
    let comment = source.lines().map_while(|line| line.strip_prefix("//!"));
    comment.map(|line| without_links(line.trim())).take_while(|line| !line.is_empty()).collect()
}

/// A section of a header.
struct Section {
    /// The first line of its comment.
    rule: String,
    comment: Vec<String>,
    /// The names that are declared in it.
    names: Vec<String>,
}

impl Section {
    fn new(rule: &str, comment: Vec<String>) -> Self {
        Self { rule: format!(" {rule}").repeat(58), comment, names: Vec::new() }
    }

    /// Inserts the section's comment before the first of its declarations.
    fn insert(&self, body: &mut String) {
        let Some(declared) = self.names.iter().filter_map(|name| declaration(body, name)).min() else { return };
        // An empty line precedes the declaration and its comment.
        let place = body[..declared].rfind("\n\n").map_or(0, |empty| empty + 2);
        let comment: String =
            self.comment.iter().map(|line| format!(" * {line}").trim_end().to_owned() + "\n").collect();
        body.insert_str(place, &format!("/*{}\n{comment} */\n\n", self.rule));
    }
}

/// Returns the sections of a Rust file: one for the whole file if it has a title, and its subsections.
fn sections(source: &str, title: Option<Vec<String>>) -> Vec<Section> {
    let mut whole = title.map(|title| Section::new("=", title));
    let mut parts: Vec<Section> = Vec::new();
    let mut in_comment = false;
    for line in source.lines().map(str::trim) {
        if let Some(title) = line.strip_prefix("// # ") {
            parts.push(Section::new("-", vec![title.to_owned()]));
            in_comment = true;
        } else if let (true, Some(text), Some(part)) = (in_comment, line.strip_prefix("//"), parts.last_mut()) {
            part.comment.push(text.trim().to_owned());
        } else {
            in_comment = false;
            for section in whole.iter_mut().chain(parts.last_mut()) {
                section.names.extend(declared_name(line));
            }
        }
    }
    whole.into_iter().chain(parts).collect()
}

/// Returns the name that a line of Rust declares as `pub`.
fn declared_name(line: &str) -> Option<String> {
    let item = line.strip_prefix("pub ")?.trim_start_matches("unsafe ").trim_start_matches("extern \"C\" ");
    let named = ["fn ", "const ", "type ", "struct "].iter().find_map(|keyword| item.strip_prefix(keyword))?;
    named.split(|c: char| !c.is_alphanumeric() && c != '_').next().map(str::to_owned)
}

/// Assembles the parts of a header.
fn assemble(config: &Config, body: &str) -> String {
    let text = |part: &Option<String>| part.clone().unwrap_or_default();
    let guard = text(&config.include_guard);
    let includes: String = (config.sys_includes.iter().map(|name| format!("#include <{name}>\n")))
        .chain(config.includes.iter().map(|name| format!("#include \"{name}\"\n")))
        .collect();
    [
        &text(&config.header),
        &format!("#ifndef {guard}\n#define {guard}"),
        &includes,
        &text(&config.after_includes),
        "#ifdef __cplusplus\nextern \"C\" {\n#endif",
        body,
        &text(&config.trailer),
        "#ifdef __cplusplus\n}\n#endif",
        &format!("#endif /* {guard} */"),
    ]
    .map(str::trim)
    .into_iter()
    .filter(|part| !part.is_empty())
    .collect::<Vec<_>>()
    .join("\n\n")
        + "\n"
}

/// Generates the enumerations of `Mode.h`.
fn enumerators() -> Result<String, Box<dyn Error>> {
    let item = |prefix: &str, name: &str, number: usize| {
        let name = if name.is_empty() { "UNKNOWN".to_owned() } else { name.replace(';', "_") };
        format!("    IMAGING_{prefix}_{name} = {number},")
    };
    let mut text =
        "/** The mode of an image: the meaning of its pixels, and their layout in memory. */\ntypedef enum ModeID {\n"
            .to_owned();
    for (number, mode) in MODES.iter().enumerate() {
        let bytes = if mode.bands > 1 { format!("; {}", mode.band_names.join(" ")) } else { String::new() };
        writeln!(text, "{:<31} /**< {}{bytes} */", item("MODE", mode.name.to_str()?, number), mode.summary)?;
    }
    text +=
        "} ModeID;\n\n/** A raw mode: the layout of pixels in a file. The first 21 have the names of the modes. */\n";
    text += "typedef enum RawModeID {\n";
    for (number, name) in RAW_MODES.iter().enumerate() {
        writeln!(text, "{}", item("RAWMODE", name.to_str()?, number))?;
    }
    Ok(text + "} RawModeID;\n\n")
}
