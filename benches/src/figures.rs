//! Figures: rates of several rounds, their medians, and the ratios between cases of the same round.

use std::fmt;
use std::time::Duration;

/// All figures of one run.
pub(crate) struct Figures {
    pub(crate) rounds: usize,
    cases: Vec<Case>,
}

/// One thing that is measured.
struct Case {
    name: &'static str,
    /// Per second, one a round.
    rates: Vec<f64>,
    against: Vec<Against>,
}

/// The case that another one is compared with.
struct Against {
    reference: &'static str,
    /// The ratio that is aimed for, where there is one.
    at_least: Option<f64>,
}

impl Figures {
    pub(crate) fn new(rounds: usize) -> Self {
        Self { rounds, cases: Vec::new() }
    }

    /// Adds what a case did in one round: so many things in this time.
    pub(crate) fn add(&mut self, name: &'static str, count: usize, took: Duration) {
        let rate = count as f64 / took.as_secs_f64();
        match self.cases.iter_mut().find(|case| case.name == name) {
            Some(case) => case.rates.push(rate),
            None => self.cases.push(Case { name, rates: vec![rate], against: Vec::new() }),
        }
    }

    /// Compares a case with another one, and says which ratio is aimed for.
    pub(crate) fn compare(&mut self, name: &str, reference: &'static str, at_least: Option<f64>) {
        if let Some(case) = self.cases.iter_mut().find(|case| case.name == name) {
            case.against.retain(|against| against.reference != reference);
            case.against.push(Against { reference, at_least });
        }
    }

    fn ratio(&self, case: &Case, reference: &str) -> f64 {
        let reference = self.cases.iter().find(|case| case.name == reference);
        let rates = reference.map_or(&[][..], |reference| &reference.rates);
        median(case.rates.iter().zip(rates).map(|(rate, reference)| rate / reference).collect())
    }
}

/// A Markdown table, so that it can be kept as it is printed.
impl fmt::Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "| measure | per second | lowest to highest | ratio | aim |")?;
        writeln!(formatter, "|---|--:|--:|--:|---|")?;
        for case in &self.cases {
            let (lowest, highest) =
                case.rates.iter().fold((f64::INFINITY, 0.0_f64), |(lowest, highest), rate| {
                    (lowest.min(*rate), highest.max(*rate))
                });
            write!(
                formatter,
                "| {} | {} | {} to {} |",
                case.name,
                grouped(median(case.rates.clone())),
                grouped(lowest),
                grouped(highest)
            )?;
            let compared: Vec<_> =
                case.against.iter().map(|against| (against, self.ratio(case, against.reference))).collect();
            let ratios =
                compared.iter().map(|(against, ratio)| format!("{ratio:.2} of {}", against.reference));
            let aims = compared.iter().filter_map(|(against, ratio)| {
                let aim = against.at_least?;
                Some(format!("at least {aim:.2}: {}", if *ratio >= aim { "met" } else { "**missed**" }))
            });
            let (ratios, aims): (Vec<_>, Vec<_>) = (ratios.collect(), aims.collect());
            writeln!(formatter, " {} | {} |", ratios.join("; "), aims.join("; "))?;
        }
        Ok(())
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// A rate with three figures that count and a blank between thousands.
fn grouped(rate: f64) -> String {
    let digits = rate.round().max(1.0).log10() as i32;
    let step = 10_f64.powi((digits - 2).max(0));
    let text = format!("{:.0}", (rate / step).round() * step);
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

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
    }

    #[test]
    fn a_rate_shows_three_figures_that_count() {
        assert_eq!(grouped(1_234_567.0), "1 230 000");
        assert_eq!(grouped(12_345.0), "12 300");
        assert_eq!(grouped(7.4), "7");
    }

    #[test]
    fn a_ratio_compares_cases_of_the_same_round_and_says_whether_the_aim_is_met() {
        let mut figures = Figures::new(2);
        for (raw, ours) in [(10, 8), (100, 60)] {
            figures.add("raw", raw, Duration::from_secs(1));
            figures.add("ours", ours, Duration::from_secs(1));
        }
        figures.compare("ours", "raw", Some(0.7));
        assert!(figures.to_string().contains("| 0.70 of raw | at least 0.70: met |"), "{figures}");
        figures.compare("ours", "raw", Some(0.71));
        assert!(figures.to_string().contains("**missed**"));
    }
}
