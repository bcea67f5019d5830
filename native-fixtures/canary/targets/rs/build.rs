//! Links the canary library from where the gate put it.
fn main() {
    println!("cargo:rerun-if-env-changed=FFI_GATES_TARGET_CANARY");
    if let Ok(dir) = std::env::var("FFI_GATES_TARGET_CANARY") {
        println!("cargo:rustc-link-search=native={dir}");
        println!("cargo:rustc-link-lib=dylib=fficanary");
    }
}
