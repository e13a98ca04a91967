//! `cqrs docs`.

use super::{DOOR, Folder, samples};

fn pages(format: &str) -> Vec<String> {
    let run = |path: &std::path::PathBuf| {
        Folder::new().run(&["docs", path.to_str().unwrap(), "--format", format]).exits_with(0).out()
    };
    samples().iter().map(run).collect()
}

/// What stands between `open` and the next `close`, each time.
fn between<'a>(text: &'a str, open: &'a str, close: char) -> impl Iterator<Item = &'a str> {
    text.split(open).skip(1).filter_map(move |rest| rest.split(close).next())
}

#[test]
fn every_message_is_on_the_page() {
    for (path, page) in samples().iter().zip(pages("markdown")) {
        let outcome = cqrs_codegen::check(&cqrs_codegen::load::Disk, path);
        let checked = outcome.checked.unwrap();
        let domain = checked.domain();
        let headings = domain
            .commands
            .iter()
            .map(|it| format!("### Command {}\n", it.name))
            .chain(domain.events.iter().map(|it| format!("### Event {}\n", it.name)))
            .chain(domain.errors.iter().map(|it| format!("### Error {}\n", it.name)))
            .chain(domain.projections.iter().map(|it| format!("### Projection {}\n", it.name)))
            .chain(domain.queries.iter().map(|it| format!("### Query {}\n", it.name)))
            .chain(domain.types.iter().map(|it| format!("### Type {}\n", it.name)))
            .chain(domain.scenarios.iter().map(|it| format!("### {}\n", it.name)));
        for heading in headings {
            assert!(page.contains(&heading), "{}: {heading}", path.display());
        }
        assert!(page.contains("```mermaid\nflowchart LR\n"));
    }
}

#[test]
fn every_link_of_a_page_leads_to_a_place_in_it() {
    for page in pages("html").iter().chain(&pages("markdown")) {
        let places: Vec<&str> = between(page, "id=\"", '"').collect();
        let mut count = 0;
        for target in between(page, "href=\"#", '"').chain(between(page, "](#", ')')) {
            assert!(places.contains(&target), "#{target} is nowhere");
            count += 1;
        }
        assert!(count > 3);
    }
}

#[test]
fn the_html_needs_nothing_beside_itself() {
    for page in pages("html") {
        assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
        for foreign in ["<script", "<link", "@import", "src=", "url(", "http://", "https://"] {
            assert!(!page.contains(foreign), "{foreign}");
        }
        assert!(page.contains("<svg "), "the diagrams are drawn");
        for tag in ["table", "svg", "ul", "figure", "main", "nav", "p", "code", "a", "td"] {
            let opened =
                page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
        }
    }
}

#[test]
fn text_of_the_schema_is_shown_and_not_run() {
    let hostile =
        DOOR.replace("domain: door", "domain: door\ndoc: \"</title><script>alert(1)</script> & | x\"");
    let folder = Folder::with(&[("door.yaml", &hostile)]);
    let html = folder.run(&["docs", "door.yaml", "--format", "html"]).exits_with(0).out();
    assert!(!html.contains("<script>") && html.contains("&lt;script&gt;"));
}

#[test]
fn a_page_is_written_to_a_file() {
    let folder = Folder::with(&[("door.yaml", DOOR)]);
    let run = folder.run(&["docs", "door.yaml", "-o", "out/door.md"]).exits_with(0);
    assert_eq!(run.out(), "");
    assert!(folder.read("out/door.md").starts_with("# door\n"));
}

#[test]
fn a_schema_with_an_error_gives_no_page() {
    let folder = Folder::with(&[("door.yaml", "cqrs: 1\ndomain: door\nfoo: 1\n")]);
    let run = folder.run(&["docs", "door.yaml", "-o", "door.md"]).exits_with(1);
    assert!(run.err().contains("E0101"), "{}", run.err());
    assert_eq!(folder.files().len(), 1);
}

#[test]
fn a_published_event_says_so_with_its_steps_back() {
    let event = "{ Opened: { published: true, version: 2, history: { 1: { fields: { by: u8 }, downcast: { by: 7 } } } } }";
    let folder = Folder::with(&[("door.yaml", &DOOR.replace("{ Opened: {} }", event))]);
    let page = folder.run(&["docs", "door.yaml", "--format", "markdown"]).exits_with(0).out();
    assert!(page.contains("Version 2. Published: others outside the domain read it."), "{page}");
    assert!(page.contains("| Step back |") && page.contains("`{ by: 7 }`"), "{page}");
}
