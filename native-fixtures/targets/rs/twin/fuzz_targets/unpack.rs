//! A reader of records from anywhere that looks at the number first.
#![no_main]
use libfuzzer_sys::fuzz_target;

const ROOM: u8 = 16;

extern "C" {
    fn fx_unpack(data: *const u8, size: usize, room: usize) -> i32;
}

fuzz_target!(|data: &[u8]| {
    if data.len() < 3 || &data[..2] != b"FX" || data[2] > ROOM {
        return;
    }
    unsafe { fx_unpack(data.as_ptr(), data.len(), usize::from(ROOM)) };
});
