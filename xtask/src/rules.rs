//! The rules of the house, as a list of calls.
//!
//! A rule looks at the tree and gives back a sentence for each place that breaks it. What the compiler, clippy or a test
//! can say is not said here.

mod arrows;
pub(crate) mod deny;
mod dependencies;
mod files;
mod licences;

use crate::failure::{Count, Failure};
use crate::workspace::Workspace;

/// Checks every rule and prints what breaks one.
pub(crate) fn check(workspace: &Workspace) -> Result<(), Failure> {
    let deny = &workspace.deny;
    let tree = files::Tree::read(&workspace.root)?;
    let broken = [
        arrows::point_one_way(workspace),
        licences::are_allowed(workspace, &deny.licenses),
        dependencies::come_from_known_places(workspace, &deny.sources),
        dependencies::name_a_version(workspace),
        dependencies::are_not_banned(workspace, &deny.bans),
        dependencies::exist_in_one_version(workspace, &deny.bans),
        files::are_short(&tree),
        files::open_with_their_purpose(&tree),
        files::ignore_no_test(&tree),
        files::take_the_lints_of_the_workspace(workspace)?,
    ]
    .concat();
    for sentence in &broken {
        println!("  {sentence}");
    }
    if broken.is_empty() { Ok(()) } else { Err(Failure::Rules(Count(broken.len()))) }
}
