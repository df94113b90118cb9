//! Measures the speed of resizing relative to the crate `fast_image_resize`.
//!
//!     cargo run --release [-- [--cpu] [WORD ...]]
//!
//! Both resize the same photograph with the same filter on one thread into an existing image; neither premultiplies
//! alpha. The crate has kernels up to AVX2; ours is measured with AVX2 and with the best ISA of the processor. They run
//! alternately in many short samples. A ratio is the lower quartile of the crate's times divided by ours: 1 is equally
//! fast, more is faster.
//!
//! Prints the table. A run of all cases writes it to RESIZE.md. WORDs select the cases that contain all of them;
//! `--cpu` measures processor time, for a busy machine. `benches/run.py` makes the photograph.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs};

use Imaging::resample::{Filter, Plan};
use Imaging::{Image, Mode};
use fast_image_resize::images::Image as TheirImage;
use fast_image_resize::{CpuExtensions, FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use rustix::time::{ClockId, clock_gettime};

const SIZE: (usize, usize) = (2560, 1600);
const SIZES: [(usize, usize); 4] = [(320, 200), (852, 567), (2048, 1280), (5478, 3424)];

const FILTERS: [(&str, Filter, FilterType); 5] = [
    ("BOX", Filter::Box, FilterType::Box),
    ("BILINEAR", Filter::Bilinear, FilterType::Bilinear),
    ("HAMMING", Filter::Hamming, FilterType::Hamming),
    ("BICUBIC", Filter::Bicubic, FilterType::CatmullRom),
    ("LANCZOS", Filter::Lanczos, FilterType::Lanczos3),
];

const MODES: [(Mode, PixelType); 3] =
    [(Mode::RGB, PixelType::U8x3), (Mode::RGBA, PixelType::U8x4), (Mode::L, PixelType::U8)];

/// The least nanoseconds of one sample, which repeats a shorter run.
const SAMPLE: f64 = 1e7;

/// The fewest and the most rounds of a case, and the nanoseconds after which it ends between them.
const ROUNDS: (usize, usize) = (5, 40);
const ENOUGH: f64 = 5e8;

/// The allowed mean difference of a byte: the crate's coefficients have fewer bits.
const TOLERANCE: f64 = 0.5;

/// The least ratio that counts as equally fast; below 1 because of noise.
const AS_FAST: f64 = 0.97;

/// The argument of a child process that only measures.
const MEASURE: &str = "--measure";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The photograph and the output images of both libraries, for one mode and output size.
struct Contenders {
    plan: Plan,
    ours: (Image, Image),
    resizer: Resizer,
    options: ResizeOptions,
    theirs: (TheirImage<'static>, TheirImage<'static>),
}

impl Contenders {
    fn new(photo: &[u8], (mode, pixels): (Mode, PixelType), size: (usize, usize), filter: usize) -> Result<Self> {
        let (_, ours, theirs) = FILTERS[filter];
        let area = [0.0, 0.0, SIZE.0 as f32, SIZE.1 as f32];
        let plan = Plan::new(mode, SIZE, size, ours, area)?.ok_or("nothing to be done")?;
        let mut image = Image::new(mode, SIZE.0, SIZE.1)?;
        let mut packed = Vec::new();
        for (y, row) in image.view_mut()?.rows_mut().enumerate() {
            let colours = &photo[y * SIZE.0 * 3..][..SIZE.0 * 3];
            for (pixel, colour) in row.chunks_exact_mut(ours_bytes(mode)).zip(colours.chunks_exact(3)) {
                // Some fourth byte for RGBA; the one that RGB does not use is 255.
                let whole = [colour[0], colour[1], colour[2], if mode == Mode::RGBA { colour[1] ^ 77 } else { 255 }];
                pixel.copy_from_slice(&whole[..pixel.len()]);
                packed.extend_from_slice(&whole[..pixels.size()]);
            }
        }
        let theirs_in = TheirImage::from_vec_u8(SIZE.0 as u32, SIZE.1 as u32, packed, pixels)?;
        let resizer = Resizer::new();
        assert_eq!(resizer.cpu_extensions(), CpuExtensions::Avx2);
        Ok(Self {
            plan,
            ours: (image, Image::new(mode, size.0, size.1)?),
            resizer,
            options: ResizeOptions::new().resize_alg(ResizeAlg::Convolution(theirs)).use_alpha(false),
            theirs: (theirs_in, TheirImage::new(size.0 as u32, size.1 as u32, pixels)),
        })
    }

    fn run_ours(&mut self) -> Result<()> {
        Ok(self.plan.resample(self.ours.1.view_mut()?, &self.ours.0.view()?)?)
    }

    fn run_theirs(&mut self) -> Result<()> {
        Ok(self.resizer.resize(&self.theirs.0, &mut self.theirs.1, &self.options)?)
    }

    /// Checks that both results are equal up to the tolerance.
    fn compare(&mut self, (mode, pixels): (Mode, PixelType)) -> Result<()> {
        self.run_ours()?;
        self.run_theirs()?;
        let view = self.ours.1.view()?;
        let ours = view.rows().flat_map(|row| row.chunks_exact(ours_bytes(mode)));
        let theirs = self.theirs.1.buffer().chunks_exact(pixels.size());
        let differences = ours.zip(theirs).flat_map(|(a, b)| a.iter().zip(b)).map(|(a, b)| u64::from(a.abs_diff(*b)));
        let (sum, count) = differences.fold((0, 0), |(sum, count), difference| (sum + difference, count + 1));
        let mean = sum as f64 / count as f64;
        if mean > TOLERANCE {
            return Err(format!("the two differ by {mean:.2} on average").into());
        }
        Ok(())
    }

    /// Measures the time of the crate divided by ours.
    fn ratio(&mut self, clock: ClockId) -> Result<f64> {
        let runs = [Self::run_ours, Self::run_theirs];
        let mut counts = [1; 2];
        for (run, count) in runs.iter().zip(&mut counts) {
            *count = (SAMPLE / sample(self, *run, 1, clock)?).round().max(1.0) as usize;
        }
        let mut times = [Vec::new(), Vec::new()];
        let mut spent = 0.0;
        for round in 0..ROUNDS.1 {
            if round >= ROUNDS.0 && spent > ENOUGH {
                break;
            }
            for which in if round % 2 == 0 { [0, 1] } else { [1, 0] } {
                let time = sample(self, runs[which], counts[which], clock)?;
                spent += time * counts[which] as f64;
                times[which].push(time);
            }
        }
        let [ours, theirs] = times.map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[times.len() / 4]
        });
        Ok(theirs / ours)
    }
}

/// Returns the bytes of a pixel in our images.
fn ours_bytes(mode: Mode) -> usize {
    if mode == Mode::L { 1 } else { 4 }
}

/// Returns the mean nanoseconds of `count` runs.
fn sample(
    contenders: &mut Contenders,
    run: fn(&mut Contenders) -> Result<()>,
    count: usize,
    clock: ClockId,
) -> Result<f64> {
    let start = now(clock);
    for _ in 0..count {
        run(contenders)?;
    }
    Ok((now(clock) - start) / count as f64)
}

fn now(clock: ClockId) -> f64 {
    let now = clock_gettime(clock);
    now.tv_sec as f64 * 1e9 + now.tv_nsec as f64
}

/// Formats the name of a case.
fn row((mode, _): (Mode, PixelType), (width, height): (usize, usize), filter: usize) -> String {
    format!("| {width}×{height} | {} | {} |", FILTERS[filter].0, mode.name())
}

/// Measures the cases that contain all the words with the ISA of the environment, and prints one ratio per line.
fn measure(words: &[String], clock: ClockId) -> Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let photo = fs::read(here.join("../../target/benches/photo"))
        .map_err(|error| format!("run benches/run.py first, which makes the photograph: {error}"))?;
    for (mode, size, filter) in cases(words) {
        let mut contenders = Contenders::new(&photo, mode, size, filter)?;
        let case = row(mode, size, filter);
        contenders.compare(mode).map_err(|error| format!("{case} {error}"))?;
        let ratio = contenders.ratio(clock)?;
        eprintln!("{case} {ratio:.2} |");
        println!("{ratio}");
    }
    Ok(())
}

/// The cases whose names contain all the words.
fn cases(words: &[String]) -> impl Iterator<Item = ((Mode, PixelType), (usize, usize), usize)> {
    let sizes = |mode| SIZES.into_iter().map(move |size| (mode, size));
    let filters = |(mode, size)| (0..FILTERS.len()).map(move |filter| (mode, size, filter));
    let all = MODES.into_iter().flat_map(sizes).flat_map(filters);
    all.filter(|&(mode, size, filter)| words.iter().all(|word| row(mode, size, filter).contains(word.as_str())))
}

/// Measures in a child process, with AVX2 or with the best ISA of the processor.
fn ratios(arguments: &[String], avx2: bool) -> Result<Vec<f64>> {
    let mut other = Command::new(env::current_exe()?);
    other
        .args(arguments)
        .arg(MEASURE)
        .env("IMAGING_NUM_THREADS", "1")
        .env_remove("IMAGING_SIMD")
        .stderr(Stdio::inherit());
    if avx2 {
        other.env("IMAGING_SIMD", "avx2");
    }
    let output = other.output()?;
    if !output.status.success() {
        return Err(format!("measuring ended with {}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?.lines().map(str::parse).collect::<std::result::Result<_, _>>()?)
}

/// Summarises ratios in a sentence.
fn summary(ratios: &[f64]) -> String {
    let mean = (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp();
    let worst = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let slower = ratios.iter().filter(|ratio| **ratio < AS_FAST).count();
    format!("geometric mean {mean:.2}, the worst {worst:.2}, {slower} of {} below {AS_FAST}", ratios.len())
}

fn introduction() -> String {
    let (version, (width, height)) = (env!("FAST_IMAGE_RESIZE_VERSION"), SIZE);
    format!(
        "\
# Resizing

This library and the crate fast_image_resize {version}, which has AVX2 kernels, on one thread: a photograph of
{width}×{height}, resized into an existing image. Each ratio is the crate's time divided by ours, lower quartiles of many
samples: 1 is equally fast, more is faster. The crate's coefficients have fewer bits; this library's pixels are the
reference's. RGB pixels have four bytes in this library and three in the crate. `make bench` measures again and rewrites
this file.

"
    )
}

fn main() -> Result<()> {
    if !CpuExtensions::Avx2.is_supported() {
        println!("this processor has no AVX2: nothing is measured");
        return Ok(());
    }
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (flags, words): (Vec<_>, Vec<_>) = arguments.iter().cloned().partition(|word| word.starts_with("--"));
    let has = |name: &str| flags.iter().any(|flag| flag == name);
    if has(MEASURE) {
        return measure(&words, if has("--cpu") { ClockId::ThreadCPUTime } else { ClockId::Monotonic });
    }
    let (avx2, all) = (ratios(&arguments, true)?, ratios(&arguments, false)?);
    let mut table = format!(
        "- With AVX2: {}.\n- With the best ISA of the processor: {}.\n\n\
         | size | filter | mode | with AVX2 | with the best ISA |\n| --- | --- | --- | ---: | ---: |\n",
        summary(&avx2),
        summary(&all),
    );
    for ((mode, size, filter), (avx2, all)) in cases(&words).zip(avx2.iter().zip(&all)) {
        writeln!(table, "{} {avx2:.2} | {all:.2} |", row(mode, size, filter))?;
    }
    println!("{table}");
    if arguments.is_empty() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("../RESIZE.md"), introduction() + &table)?;
        println!("written to benches/RESIZE.md");
    }
    Ok(())
}
