//! The cases inside the library itself, driven from Rust.
#![allow(non_snake_case)]
fixture::library_tests!(fixture::fx_hazard_run);
