//! wasm-bindgen for the browser part: `bind-wasm MODULE.wasm FOLDER NAME` writes NAME.js and `NAME_bg.wasm` into FOLDER.

use anyhow::bail;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, folder, name] = arguments.as_slice() else {
        bail!("usage: bind-wasm MODULE.wasm FOLDER NAME");
    };
    Bindgen::new()
        .input_path(module)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(false)
        .out_name(name)
        .generate(folder)
}
