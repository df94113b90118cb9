//! Encodes a picture with the crate `png`, as a worker of `benches/png.py`.
//!
//!     libimaging-beside-png FILE WIDTH HEIGHT BANDS
//!
//! FILE has the raw pixels. For each line on standard input, which names a level (`fast` or `balanced`), it encodes the picture and
//! prints the seconds and the bytes.

use std::error::Error;
use std::io::{self, BufRead};
use std::time::Instant;
use std::{env, fs};

use png::{ColorType, Compression, Encoder};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [file, width, height, bands] = arguments.as_slice() else { return Err("see the head of this file".into()) };
    let pixels = fs::read(file)?;
    let (width, height) = (width.parse()?, height.parse()?);
    let color = match bands.as_str() {
        "1" => ColorType::Grayscale,
        "3" => ColorType::Rgb,
        "4" => ColorType::Rgba,
        _ => return Err("1, 3 or 4 bands".into()),
    };
    for level in io::stdin().lock().lines() {
        let compression = match level?.as_str() {
            "fast" => Compression::Fast,
            "balanced" => Compression::Balanced,
            other => return Err(format!("no such level: {other}").into()),
        };
        let start = Instant::now();
        let mut encoded = Vec::new();
        let mut encoder = Encoder::new(&mut encoded, width, height);
        encoder.set_color(color);
        encoder.set_compression(compression);
        encoder.write_header()?.write_image_data(&pixels)?;
        println!("{} {}", start.elapsed().as_secs_f64(), encoded.len());
    }
    Ok(())
}
