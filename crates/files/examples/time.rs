//! Timing of the reader.
use std::time::Instant;
fn main() {
    for name in std::env::args().skip(1) {
        let bytes = std::fs::read(&name).unwrap();
        let choices = model::files::choices::Choices::default();
        let t = Instant::now();
        let table = files::open(&name, &bytes, &choices).unwrap().unwrap();
        let opened = t.elapsed();
        let t = Instant::now();
        let read = files::read_entries(&table, &choices, &files::KnownIds::default());
        println!("{name}: open {opened:?}, entries {:?}: {} lines", t.elapsed(), read.entries.len());
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        println!("{}", status.lines().find(|it| it.starts_with("VmHWM")).unwrap());
    }
}
