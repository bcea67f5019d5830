//! The planted bug with which a lane of cargo-fuzz targets proves itself armed.
#![no_main]
use libfuzzer_sys::fuzz_target;

extern "C" {
    fn canary_unpack(data: *const u8, size: usize) -> i32;
}

fuzz_target!(|data: &[u8]| {
    // Only branches of Rust are seen.
    if data.len() > 5 && &data[..2] == b"FF" {
        unsafe { canary_unpack(data.as_ptr(), data.len()) }; //~ canary_target: fuzz = bounds/heap-overflow
    }
});
