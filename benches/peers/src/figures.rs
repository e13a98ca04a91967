//! Figures of several rounds, in which everybody takes a turn: their medians, and how this framework compares within each round.

use std::fmt;

/// Who all others are compared with.
pub(crate) const OURS: &str = "this framework";

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Measure {
    pub(crate) name: &'static str,
    pub(crate) better: Better,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Better {
    Higher,
    Lower,
}

/// All figures of one run.
#[derive(Default)]
pub(crate) struct Figures {
    cases: Vec<Case>,
}

struct Case {
    measure: Measure,
    who: &'static str,
    result: Result<Vec<f64>, &'static str>,
}

impl Figures {
    /// Adds what one of them did in one round.
    pub(crate) fn add(&mut self, measure: Measure, who: &'static str, value: f64) {
        eprintln!("{}, {who}: {}", measure.name, shown(value));
        let case = self.cases.iter_mut().find(|case| case.measure == measure && case.who == who);
        match case.map(|case| &mut case.result) {
            Some(Ok(values)) => values.push(value),
            Some(Err(_)) => {}
            None => self.cases.push(Case { measure, who, result: Ok(vec![value]) }),
        }
    }

    /// Says that one of them has no such thing, and why.
    pub(crate) fn absent(&mut self, measure: Measure, who: &'static str, why: &'static str) {
        if !self.cases.iter().any(|case| case.measure == measure && case.who == who) {
            self.cases.push(Case { measure, who, result: Err(why) });
        }
    }

    /// How many times better than this case ours is, as the median of the rounds.
    fn ratio(&self, case: &Case) -> Option<f64> {
        let theirs = case.result.as_ref().ok()?;
        let ours = self.cases.iter().find(|ours| ours.measure == case.measure && ours.who == OURS)?;
        let ours = ours.result.as_ref().ok()?;
        let ratios = ours.iter().zip(theirs).map(|(ours, theirs)| match case.measure.better {
            Better::Higher => ours / theirs,
            Better::Lower => theirs / ours,
        });
        Some(median(ratios.collect()))
    }
}

/// A Markdown table, so that it can be kept as it is printed.
impl fmt::Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "| measure | who | median | lowest to highest | ours is better by |")?;
        writeln!(formatter, "|---|---|--:|--:|--:|")?;
        let mut measures: Vec<Measure> = Vec::new();
        for case in &self.cases {
            if !measures.contains(&case.measure) {
                measures.push(case.measure);
            }
        }
        let mut notes: Vec<&str> = Vec::new();
        for measure in measures {
            let mut name = measure.name;
            for case in self.cases.iter().filter(|case| case.measure == measure) {
                match &case.result {
                    Ok(values) => {
                        let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
                        let highest = values.iter().copied().fold(0.0, f64::max);
                        let ratio = match self.ratio(case) {
                            Some(_) if case.who == OURS => String::new(),
                            Some(ratio) => format!("{ratio:.2}"),
                            None => String::new(),
                        };
                        let (middle, lowest, highest) =
                            (shown(median(values.clone())), shown(lowest), shown(highest));
                        writeln!(
                            formatter,
                            "| {name} | {} | {middle} | {lowest} to {highest} | {ratio} |",
                            case.who
                        )?;
                    }
                    Err(why) => {
                        let note = notes.iter().position(|note| note == why).unwrap_or_else(|| {
                            notes.push(why);
                            notes.len() - 1
                        });
                        writeln!(formatter, "| {name} | {} | — ({}) | | |", case.who, note + 1)?;
                    }
                }
                name = "";
            }
        }
        for (index, note) in notes.iter().enumerate() {
            writeln!(formatter, "\n({}) {note}.", index + 1)?;
        }
        Ok(())
    }
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// A number with three figures that count and a blank between thousands.
fn shown(value: f64) -> String {
    if value < 99.95 {
        return format!("{value:.*}", if value < 9.995 { 2 } else { 1 });
    }
    let step = 10_f64.powi(value.log10() as i32 - 2);
    let text = format!("{:.0}", (value / step).round() * step);
    let mut grouped = String::new();
    for (index, digit) in text.chars().enumerate() {
        if index > 0 && (text.len() - index).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEED: Measure = Measure { name: "speed", better: Better::Higher };
    const DELAY: Measure = Measure { name: "delay", better: Better::Lower };

    #[test]
    fn a_number_shows_three_figures_that_count() {
        assert_eq!(shown(1_234_567.0), "1 230 000");
        assert_eq!(shown(123.4), "123");
        assert_eq!(shown(12.34), "12.3");
        assert_eq!(shown(1.234), "1.23");
    }

    #[test]
    fn a_ratio_above_one_says_that_ours_is_better_whichever_way_is_better() {
        let mut figures = Figures::default();
        for (measure, ours, theirs) in [(SPEED, 10.0, 5.0), (DELAY, 5.0, 10.0)] {
            figures.add(measure, OURS, ours);
            figures.add(measure, "them", theirs);
        }
        let table = figures.to_string();
        assert_eq!(table.matches("| 2.00 |").count(), 2, "{table}");
    }

    #[test]
    fn a_ratio_compares_within_the_rounds() {
        let mut figures = Figures::default();
        for (ours, theirs) in [(10.0, 5.0), (40.0, 20.0), (300.0, 100.0)] {
            figures.add(SPEED, OURS, ours);
            figures.add(SPEED, "them", theirs);
        }
        assert!(figures.to_string().contains("| 2.00 |"), "{figures}");
    }

    #[test]
    fn what_one_of_them_does_not_have_is_said_below_the_table() {
        let mut figures = Figures::default();
        figures.absent(SPEED, "them", "they have no such thing");
        let table = figures.to_string();
        assert!(
            table.contains("| them | — (1) |") && table.contains("(1) they have no such thing."),
            "{table}"
        );
    }
}
