//! The modules of the crate have no import cycles.
//!
//! A module depends on every module that it declares, and on every module that a path in its file names: `crate::a::b::Item`
//! and `use super::b::{Item, other}` name `a::b`. So a child must not use items of its parent's file: what both use belongs
//! into a sibling. Re-exports count where they are named, so a room's own modules name the siblings and not the re-exports of
//! their `mod.rs`. Inline modules belong to their file, and code under `#[cfg(test)]` does not count.
//!
//! The files are read as tokens, so macros count, and comments do not. (`cargo modules dependencies --acyclic` is no check of
//! this: its graph consists of items, so that a type and its method form a cycle, and leaves out the paths in function
//! bodies.)

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The path of a module below the crate: `["image", "view"]`.
type Module = Vec<String>;

/// The modules of the crate, and those that each depends on.
type Graph = BTreeMap<Module, BTreeSet<Module>>;

/// Reads the tokens of the file of a module, and of the files of the modules that it declares.
fn read(folder: &Path, module: &Module, files: &mut BTreeMap<Module, TokenStream>) -> Result<(), Box<dyn Error>> {
    let base = module.iter().fold(folder.to_path_buf(), |path, name| path.join(name));
    let candidates = [base.with_extension("rs"), base.join("mod.rs"), base.join("lib.rs")];
    let file = candidates.iter().find(|file| file.is_file()).ok_or(format!("no file for {module:?}"))?;
    let tokens: TokenStream = fs::read_to_string(file)?.parse().map_err(|error| format!("{file:?}: {error}"))?;
    for child in declared(&tokens) {
        let child = [module.clone(), vec![child]].concat();
        read(folder, &child, files)?;
    }
    files.insert(module.clone(), tokens);
    Ok(())
}

fn is_punct(token: Option<&TokenTree>, expected: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == expected)
}

fn ident(token: Option<&TokenTree>) -> Option<String> {
    match token {
        Some(TokenTree::Ident(ident)) => Some(ident.to_string().trim_start_matches("r#").to_owned()),
        _ => None,
    }
}

/// The tokens without the items under `#[cfg(test)]`: an item ends with its first `;` or braces.
fn without_tests(tokens: TokenStream) -> Vec<TokenTree> {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let mut kept = Vec::new();
    let mut rest = tokens.as_slice();
    while let [token, tail @ ..] = rest {
        let is_test =
            is_punct(Some(token), '#') && tail.first().is_some_and(|group| group.to_string() == "[cfg (test)]");
        if is_test {
            let is_end = |token: &TokenTree| match token {
                TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                token => is_punct(Some(token), ';'),
            };
            let end = tail.iter().position(is_end).map_or(tail.len(), |end| end + 1);
            rest = &tail[end..];
        } else {
            kept.push(token.clone());
            rest = tail;
        }
    }
    kept
}

/// The names of the modules that a file declares by `mod name;`.
fn declared(tokens: &TokenStream) -> Vec<String> {
    let tokens = without_tests(tokens.clone());
    let is_declaration =
        |window: &&[TokenTree]| ident(window.first()).as_deref() == Some("mod") && is_punct(window.get(2), ';');
    tokens.windows(3).filter(is_declaration).filter_map(|window| ident(window.get(1))).collect()
}

/// The paths in the tokens that start with `crate`, `self` or `super`, made absolute. `module` is the one around the tokens,
/// inline modules included.
fn collect_paths(tokens: TokenStream, module: &Module, paths: &mut Vec<Module>) {
    let tokens = without_tests(tokens);
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            TokenTree::Ident(_) => {
                // Not a path, but its rest: `some::self`.
                let is_rest = at >= 2 && is_punct(tokens.get(at - 2), ':');
                let start = match ident(Some(token)).as_deref() {
                    _ if is_rest => None,
                    Some("crate") => Some(Vec::new()),
                    Some("self") => Some(module.clone()),
                    Some("super") => Some(module[..module.len().saturating_sub(1)].to_vec()),
                    _ => None,
                };
                if let Some(start) = start.filter(|_| is_punct(tokens.get(at), ':')) {
                    at = collect_path(&tokens, at, start, paths);
                }
            }
            TokenTree::Group(group) => {
                let name = at.checked_sub(2).and_then(|name| ident(tokens.get(name)));
                let is_inline = at >= 3 && ident(tokens.get(at - 3)).as_deref() == Some("mod");
                let inner = match name {
                    Some(name) if is_inline => [module.clone(), vec![name]].concat(),
                    _ => module.clone(),
                };
                collect_paths(group.stream(), &inner, paths);
            }
            _ => {}
        }
    }
}

/// Follows a path, and all of those in a group of a `use`, from the `::` on. Returns where it ends.
fn collect_path(tokens: &[TokenTree], mut at: usize, mut path: Module, paths: &mut Vec<Module>) -> usize {
    while is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':') {
        match tokens.get(at + 2) {
            Some(TokenTree::Group(group)) => {
                let tokens: Vec<_> = group.stream().into_iter().collect();
                for tree in tokens.split(|token| is_punct(Some(token), ',')).filter(|tree| !tree.is_empty()) {
                    let mut path = path.clone();
                    path.extend(ident(tree.first()).filter(|name| name != "self"));
                    collect_path(tree, 1, path, paths);
                }
                return at + 3;
            }
            token => match ident(token).as_deref() {
                Some("super") => drop(path.pop()),
                Some(name) => path.push(name.to_owned()),
                None => break,
            },
        }
        at += 3;
    }
    paths.push(path);
    at
}

fn graph() -> Result<Graph, Box<dyn Error>> {
    let mut files = BTreeMap::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &Vec::new(), &mut files)?;
    let modules: BTreeSet<Module> = files.keys().cloned().collect();
    let mut graph = Graph::new();
    for (module, tokens) in files {
        let mut paths: Vec<Module> =
            declared(&tokens).into_iter().map(|child| [module.clone(), vec![child]].concat()).collect();
        collect_paths(tokens, &module, &mut paths);
        let nearest = |path: Module| (0..=path.len()).rev().find_map(|len| modules.get(&path[..len]).cloned());
        let used = paths.into_iter().filter_map(nearest).filter(|used| *used != module).collect();
        graph.insert(module, used);
    }
    Ok(graph)
}

/// The modules that can be reached from one.
fn reachable<'a>(graph: &'a Graph, from: &Module) -> BTreeSet<&'a Module> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&Module> = graph[from].iter().collect();
    while let Some(module) = open.pop() {
        if seen.insert(module) {
            open.extend(&graph[module]);
        }
    }
    seen
}

/// The dependencies that are part of a cycle, a line for each set of modules that depend on each other.
fn cycles(graph: &Graph) -> Vec<String> {
    let reach: BTreeMap<&Module, BTreeSet<&Module>> =
        graph.keys().map(|module| (module, reachable(graph, module))).collect();
    let mut cycles = BTreeMap::<Vec<&Module>, Vec<String>>::new();
    for (module, used) in graph {
        for used in used.iter().filter(|used| reach[used].contains(module)) {
            let members = reach[module].iter().copied().filter(|other| reach[other].contains(module)).collect();
            let dependency = format!("{} -> {}", name(module), name(used));
            cycles.entry(members).or_default().push(dependency);
        }
    }
    cycles.into_values().map(|dependencies| dependencies.join(", ")).collect()
}

fn name(module: &Module) -> String {
    if module.is_empty() { "crate".to_owned() } else { module.join("::") }
}

#[test]
fn there_are_no_import_cycles() -> Result<(), Box<dyn Error>> {
    let cycles = cycles(&graph()?);
    assert!(cycles.is_empty(), "modules that depend on each other:\n{}", cycles.join("\n"));
    Ok(())
}

#[test]
fn paths_are_found() -> Result<(), Box<dyn Error>> {
    let text = "
        use crate::a::{self, b::{C, d}, E as F};
        use super::super::g;
        mod inline { fn f() { super::h(); } }
        macro_rules! m { () => { $crate::i::j!() } }
        #[cfg(test)] mod tests { use crate::k; }
        fn f(self) { crate::l::<u8>(x::self_, \"crate::m\") } // crate::n
    ";
    let mut paths = Vec::new();
    collect_paths(
        text.parse::<TokenStream>().map_err(|error| error.to_string())?,
        &vec!["x".into(), "y".into()],
        &mut paths,
    );
    let paths: BTreeSet<_> = paths.iter().map(name).collect();
    let expected = ["a", "a::b::C", "a::b::d", "a::E", "g", "x::y::h", "i::j", "l"];
    assert_eq!(paths, expected.map(str::to_owned).into());
    Ok(())
}
