//! Links the fixture library from where the gate put it.
fn main() {
    println!("cargo:rerun-if-env-changed=FFI_GATES_TARGET_FIXTURE");
    if let Ok(dir) = std::env::var("FFI_GATES_TARGET_FIXTURE") {
        println!("cargo:rustc-link-search=native={dir}");
        println!("cargo:rustc-link-lib=dylib=fixture");
    }
}
