//! Puts boundary values through a wrapper, for the gate `values` of ffi-gates. Copied by `ffi-gates values --scaffold`.
//!
//! ```ignore
//! #[test]
//! fn add() {
//!     check("add", |a| Ok(mylib::add(a[0].int()?, a[1].int()?)));
//! }
//! ```
//!
//! `?` behind the call hands on an error of the wrapper. Without the gate a check does nothing. Rust 1.56 or later, no
//! other crate.
#![allow(dead_code)]
use std::convert::TryFrom;
use std::fs::{read_to_string, OpenOptions};
use std::io::Write;
use std::panic::{catch_unwind, AssertUnwindSafe, Location};
use std::path::Path;

/// Why there is no result.
pub enum Stop {
    /// The asked type cannot hold the value, so that nothing is asked.
    Unable,
    /// The wrapper refused it.
    Threw(String),
}

impl<E: std::error::Error> From<E> for Stop {
    fn from(e: E) -> Stop {
        Stop::Threw(e.to_string())
    }
}

/// In a line that is not filled in yet. Takes the arguments of the wrapper.
pub fn todo<T>(_arguments: T) -> Result<(), Stop> {
    Err(Stop::Threw("call the wrapper in this line".to_string()))
}

/// One argument of a vector.
pub struct Value<'a>(&'a str);

impl Value<'_> {
    fn rest(&self) -> &str {
        &self.0[2..]
    }

    fn hex(&self) -> Vec<u8> {
        let digits = self.rest();
        (0..digits.len() / 2).map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).unwrap()).collect()
    }

    /// An integer of the type that is asked for.
    pub fn int<T: TryFrom<i128>>(&self) -> Result<T, Stop> {
        T::try_from(self.rest().parse::<i128>().unwrap()).map_err(|_| Stop::Unable)
    }

    pub fn bool(&self) -> Result<bool, Stop> {
        Ok(self.int::<u8>()? != 0)
    }

    pub fn f64(&self) -> Result<f64, Stop> {
        Ok(f64::from_bits(u64::from_str_radix(self.rest(), 16).unwrap()))
    }

    pub fn f32(&self) -> Result<f32, Stop> {
        Ok(self.f64()? as f32)
    }

    pub fn bytes(&self) -> Result<Vec<u8>, Stop> {
        Ok(self.hex())
    }

    /// Text in UTF-8, which has no half of a surrogate pair.
    pub fn string(&self) -> Result<String, Stop> {
        let units: Vec<u16> = self.hex().chunks(2).map(|u| u16::from_be_bytes([u[0], u[1]])).collect();
        String::from_utf16(&units).map_err(|_| Stop::Unable)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{:02x}", b)).collect()
}

/// A result that can be compared.
pub trait Word {
    fn word(&self) -> String;
}

macro_rules! words {
    ($($t:ty)*) => {$(
        impl Word for $t {
            fn word(&self) -> String { format!("i:{}", self) }
        }
    )*};
}
words! { i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize }

impl Word for bool {
    fn word(&self) -> String {
        format!("i:{}", *self as u8)
    }
}
impl Word for f64 {
    fn word(&self) -> String {
        format!("f:{:016x}", self.to_bits())
    }
}
impl Word for f32 {
    fn word(&self) -> String {
        f64::from(*self).word()
    }
}
impl Word for () {
    fn word(&self) -> String {
        "n:".to_string()
    }
}
impl Word for str {
    fn word(&self) -> String {
        self.as_bytes().word()
    }
}
impl Word for String {
    fn word(&self) -> String {
        self.as_bytes().word()
    }
}
impl Word for [u8] {
    fn word(&self) -> String {
        format!("b:{}", hex(self))
    }
}
impl Word for Vec<u8> {
    fn word(&self) -> String {
        self.as_slice().word()
    }
}
impl<T: Word + ?Sized> Word for &T {
    fn word(&self) -> String {
        (**self).word()
    }
}
impl<T: Word> Word for Option<T> {
    fn word(&self) -> String {
        self.as_ref().map_or("n:".to_string(), Word::word)
    }
}

fn answer<R: Word>(call: impl Fn(&[Value]) -> Result<R, Stop>, args: &[Value]) -> String {
    let threw = |why: String| format!("threw {}", why.escape_debug().to_string().chars().take(300).collect::<String>());
    match catch_unwind(AssertUnwindSafe(|| call(args).map(|r| r.word()))) {
        Ok(Ok(word)) => format!("ok {}", word),
        Ok(Err(Stop::Unable)) => "unable".to_string(),
        Ok(Err(Stop::Threw(why))) => threw(why),
        Err(panic) => threw(match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
            (Some(text), _) => text.to_string(),
            (_, Some(text)) => text.clone(),
            _ => "panicked".to_string(),
        }),
    }
}

/// Cargo names sources from the root of the workspace.
fn absolute(file: &str) -> String {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = package.ancestors().map(|dir| dir.join(file)).find(|path| path.exists());
    found.map_or(file.to_string(), |path| path.display().to_string())
}

/// Calls `call` with each vector for `function` and notes what it returns.
#[track_caller]
pub fn check<R: Word>(function: &str, call: impl Fn(&[Value]) -> Result<R, Stop>) {
    let Ok(vectors) = std::env::var("FFI_GATES_VALUES") else { return };
    let place = Location::caller();
    let only = std::env::var("FFI_GATES_VALUES_ONLY").ok();
    let path = format!("{}.{}", std::env::var("FFI_GATES_VALUES_ANSWERS").unwrap(), std::process::id());
    let mut out = OpenOptions::new().append(true).create(true).open(path).unwrap();
    writeln!(out, "at {} {}:{}", function, absolute(place.file()), place.line()).unwrap();
    for line in read_to_string(vectors).unwrap().lines() {
        let mut words = line.split(' ');
        let (name, number) = (words.next().unwrap(), words.next().unwrap());
        if name != function || only.as_ref().map_or(false, |o| *o != format!("{}:{}", name, number)) {
            continue;
        }
        let args: Vec<Value> = words.map(Value).collect();
        // At once: the call may end the process.
        out.write_all(format!("begin {}\n", number).as_bytes()).unwrap();
        out.write_all(format!("{}\n", answer(&call, &args)).as_bytes()).unwrap();
    }
}
