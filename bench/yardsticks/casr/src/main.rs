//! Reads ASan logs with libcasr, as casr-san does once it has a report: severity, stack and crash line. One line a log.
use libcasr::asan::{AsanContext, AsanStacktrace};
use libcasr::constants::*;
use libcasr::init_ignored_frames;
use libcasr::severity::Severity;
use libcasr::stacktrace::*;

fn main() {
    init_ignored_frames!("cpp", "rust");
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path).expect("a readable log");
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<String> = text.lines().map(str::to_string).collect();
        let start = lines.iter().position(|l| l.contains("ERROR: AddressSanitizer")).unwrap_or(0);
        let report = lines[start..].to_vec();
        let stack = AsanStacktrace::extract_stacktrace(&report.join("\n"))
            .and_then(|entries| AsanStacktrace::parse_stacktrace(&entries));
        let severity = AsanContext(report).severity().map(|s| s.short_description).unwrap_or_default();
        let place = stack.as_ref().ok().and_then(|s| s.crash_line().ok()).map(|l| l.to_string());
        println!("{path}\t{severity}\t{}\t{}", place.unwrap_or_default(), stack.map_or(0, |s| s.len()));
    }
}
