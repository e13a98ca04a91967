//! Read your own writes holds in each topology, against servers that the program starts itself.

#![allow(clippy::unwrap_used, reason = "a test that fails panics")]

use std::process::Command;

fn run(topology: &str) {
    let output = Command::new(env!("CARGO_BIN_EXE_topologies")).arg(topology).output().unwrap();
    let (said, complaint) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{complaint}");
    assert_eq!(said.lines().count(), 20, "{said}");
    assert!(said.lines().last().unwrap().contains("210 in the jar"), "{said}");
}

#[test]
fn both_sides_in_one_process() {
    run("one-process");
}

#[test]
fn each_side_in_a_process_of_its_own() {
    run("two-processes");
}

#[test]
fn the_query_side_on_a_streaming_replica() {
    run("replica");
}
