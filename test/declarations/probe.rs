use std::os::raw::*;
pub const N: usize = 12;
#[repr(C)] pub struct A { pub a: u8, pub b: [c_int; N], c: [u8; 2 * N], d: Option<unsafe extern "C" fn(c_int, ...) -> *mut c_void>, e: Option<&'static u8>, f: &'static [u8] }
#[repr(C, packed(2))] pub struct B { a: u8, b: c_long }
#[repr(C, align(16))] pub struct C16 { a: u8 }
#[repr(transparent)] pub struct T(pub c_int);
#[repr(C)] pub union U { a: c_int, b: [f64; 2] }
#[repr(C)] #[derive(Clone, Copy)] pub enum E { X = 1, Y = -2 }
#[repr(u8)] pub enum E8 { X, Y }
#[repr(i16)] pub enum E16 { X(u8), Y }
pub struct NoRepr { a: u8, b: u32 }
pub enum NoReprE { A, B }
#[repr(C)] pub struct G<Tx> { a: Tx, b: u8 }
pub type Cb = Option<unsafe extern "C" fn(*mut U, std::mem::MaybeUninit<A>) -> T>;
extern "C" {
    #[link_name = "real_name"]
    pub fn renamed(x: *const A, ...) -> !;
    fn private(b: &mut B, c: Option<Box<C16>>, g: *mut G<u16>, cb: Cb, e: E, e8: E8) -> std::num::NonZeroI32;
    pub static mut VAR: c_int;
    fn noret(x: NoRepr, y: *const NoReprE, s: *const c_char, p: std::ptr::NonNull<c_void>, z: usize, b: bool, ch: char, t: (u8, u8), arr: *const [u8; 4]);
}
extern "system" { fn sys(x: c_ulong); }
extern "Rust" { fn rusty(x: c_ulong); }
mod inner { extern "C" { pub fn deep(x: super::T) -> super::Cb; } }
fn body() { extern "C" { fn in_body(x: i32); } unsafe { in_body(1) } }
#[no_mangle] pub extern "C" fn exported(a: c_int) -> c_int { a }

#[repr(C)] pub struct Tail { n: c_ushort, rest: [u32; 0] }
#[repr(C)] pub struct Opaque { _private: [u8; 0], _pin: std::marker::PhantomData<*mut u8> }
pub enum Never {}
#[repr(C)] pub struct Node { next: *mut Node, tail: Tail, u: U, b: B, c16: C16, e: E, e8: E8, flag: bool, last: std::sync::atomic::AtomicU16 }
extern "C" { fn shapes(n: *mut Node, o: *mut Opaque, v: *mut Never, t: *const Tail, g: *const G<c_long>, a: *const [c_int; 3]) -> Option<std::ptr::NonNull<Node>>; }
pub fn sizes() { use std::mem::*; println!("{} {} {} {} {} {} {}", size_of::<Node>(), offset_of!(Node, tail), offset_of!(Node, u), offset_of!(Node, b), offset_of!(Node, c16), offset_of!(Node, e), offset_of!(Node, last)); println!("{} {} {} {} {}", size_of::<B>(), size_of::<C16>(), size_of::<U>(), size_of::<G<c_long>>(), size_of::<Tail>()); }
#[repr(C)] pub struct Tagged { kind: c_int, value: c_void }
#[repr(C)] pub struct Handle { inner: c_void }
extern "C" { fn tagged(t: Tagged, h: *mut Handle); }
