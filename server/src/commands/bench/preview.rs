//! Files of 100,000 lines, looked at as the import page does: how long each takes and in how much memory, and what the ingest notices of one after the
//! other.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use model::files::choices::Choices;
use rust_xlsxwriter::Workbook;
use serde_json::json;

use super::latency::{WarmSystem, percentiles};
use super::resident::{Resident, resident_mb};
use crate::intake::Intake;
use base::config::Config;
use queue::EntryProducer;

/// What is measured with.
pub struct Size {
    pub lines: usize,
    pub rate: u64,
    pub seconds: u64,
}

const TITLES: [&str; 8] = ["日期", "单据号", "产品", "仓库", "公司", "方向", "数量", "备注"];

/// The cells of a line.
fn line(n: usize) -> [String; 8] {
    let (day, hour, minute) = (n % 28 + 1, n / 60 % 24, n % 60);
    let way = if n.is_multiple_of(3) { "销售出库" } else { "采购入库" };
    [
        format!("2026/3/{day} {hour}:{minute:02}"),
        format!("PREVIEW-{}", n / 4),
        format!("product{}", n % 500),
        format!("warehouse{}", n % 12),
        "company0".to_owned(),
        way.to_owned(),
        format!("{}", n % 90 + 1),
        format!("line {n} of a file"),
    ]
}

fn csv(lines: usize) -> Vec<u8> {
    let rows = (0..lines).map(|it| line(it).join(","));
    std::iter::once(TITLES.join(",")).chain(rows).map(|it| it + "\r\n").collect::<String>().into_bytes()
}

fn xlsx(lines: usize) -> anyhow::Result<Vec<u8>> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory()?;
    sheet.write_row(0, 0, TITLES)?;
    for n in 0..lines {
        let row = u32::try_from(n)? + 1;
        for (column, text) in (0..).zip(line(n)) {
            match text.parse::<f64>() {
                Ok(number) => sheet.write(row, column, number)?,
                Err(_) => sheet.write(row, column, text)?,
            };
        }
    }
    Ok(book.save_to_buffer()?)
}

/// Measures and prints.
pub async fn run(config: &Config, size: &Size, json_wanted: bool) -> anyhow::Result<ExitCode> {
    let system = WarmSystem::start(config).await?;
    let parts = &system.parts;
    let intake = Intake {
        producer: EntryProducer::new(&parts.config.kafka)?,
        rules: parts.config.entry,
        records: parts.records.clone(),
        clock: parts.clock.clone(),
    };
    let files = [("x.csv", csv(size.lines)), ("x.xlsx", xlsx(size.lines)?)];
    let [_, _, mut alone] = system.measure("A", size.rate, size.seconds).await?;
    let before_mb = resident_mb();
    let (mut took, memory) = ([Vec::new(), Vec::new()], Resident::watch());
    let looking = async {
        for (place, (name, bytes)) in files.iter().enumerate().cycle() {
            let began = Instant::now();
            let looked = intake.look(name, bytes.clone(), Choices::default()).await?;
            let looked = looked.map_err(|trouble| anyhow::anyhow!("{name} {trouble}"))?;
            anyhow::ensure!(
                looked.checked.good.len() == size.lines,
                "{name}: {} good lines",
                looked.checked.good.len()
            );
            if let Some(times) = took.get_mut(place) {
                times.push(began.elapsed());
            }
        }
        anyhow::Ok(())
    };
    // The files go on until the last entry is seen.
    let [_, _, mut beside] = tokio::select! {
        times = system.measure("B", size.rate, size.seconds) => times?,
        looked = looking => {
            looked?;
            anyhow::bail!("the files ended")
        }
    };
    let most_mb = memory.most_mb();
    system.end().await?;
    let (alone, beside) = (percentiles(&mut alone), percentiles(&mut beside));
    let [csv, xlsx] = took.map(|it| median(&it));
    if json_wanted {
        let percentiles = |[p50, p99, max]: [u128; 3]| json!({ "p50": p50, "p99": p99, "max": max });
        println!(
            "{}",
            json!({
                "lines": size.lines, "csv_ms": csv, "xlsx_ms": xlsx, "before_mb": before_mb, "most_mb": most_mb,
                "shown_alone_ms": percentiles(alone), "shown_beside_ms": percentiles(beside),
            })
        );
    } else {
        let text = |[p50, p99, max]: [u128; 3]| format!("p50 {p50} ms, p99 {p99} ms, max {max} ms");
        println!(
            "{} lines looked at          CSV {csv} ms, XLSX {xlsx} ms (medians), memory {before_mb} MB before, {most_mb} MB at most",
            size.lines
        );
        println!("produce -> event stream, alone     {}   at {}/s", text(alone), size.rate);
        println!("produce -> event stream, beside    {}   one file after the other", text(beside));
    }
    Ok(ExitCode::SUCCESS)
}

fn median(times: &[Duration]) -> u128 {
    percentiles(&mut times.to_vec())[0]
}
