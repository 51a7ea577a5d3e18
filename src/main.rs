//! The `warraq` command; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    warraq::cli::run(std::env::args_os())
}
