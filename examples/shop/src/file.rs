//! A file of purchases, read a line at a time.
//!
//! It holds one line in memory, whatever the file is. A line that is no purchase comes out with its reason, and reading
//! goes on behind it.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::Path;

use crate::import::Entry;
use crate::line::{self, LineError};

/// The most bytes of a line; a longer one is no purchase, and is not taken into memory.
const MOST_BYTES: usize = 4096;

/// The purchases of a file.
pub(crate) struct PurchaseFile {
    reader: BufReader<File>,
    size: u64,
    line: u64,
    read: u64,
    first: bool,
}

impl PurchaseFile {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// When it is not there, may not be read, or is a folder.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let about = file.metadata()?;
        if about.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
        }
        let reader = BufReader::with_capacity(64 * 1024, file);
        Ok(Self { reader, size: about.len(), line: 0, read: 0, first: true })
    }

    /// The length of the file in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Reads the next line; nothing at the end of the file.
    fn next_line(&mut self) -> io::Result<Option<Result<String, LineError>>> {
        let mut bytes = Vec::with_capacity(64);
        let mut count = (&mut self.reader).take(MOST_BYTES as u64).read_until(b'\n', &mut bytes)?;
        if count == 0 {
            return Ok(None);
        }
        let line = if count == MOST_BYTES && !bytes.ends_with(b"\n") {
            count += self.reader.skip_until(b'\n')?;
            Err(LineError::TooLong(MOST_BYTES))
        } else {
            String::from_utf8(bytes).map_err(|_| LineError::NotText)
        };
        self.line += 1;
        self.read += count as u64;
        Ok(Some(line))
    }

    fn next_entry(&mut self) -> io::Result<Option<Entry>> {
        while let Some(line) = self.next_line()? {
            let line = line.as_deref().map(|line| line.trim_start_matches('\u{feff}').trim());
            if matches!(line, Ok("")) {
                continue;
            }
            if std::mem::take(&mut self.first) && line.as_ref().is_ok_and(|line| line::is_header(line)) {
                continue;
            }
            let purchase = line.map_err(Clone::clone).and_then(line::parse);
            return Ok(Some(Entry { number: self.line, purchase, behind: self.read }));
        }
        Ok(None)
    }
}

impl Iterator for PurchaseFile {
    type Item = io::Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_entry().transpose()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn read(bytes: &[u8]) -> Vec<(u64, Result<String, LineError>)> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let purchases = PurchaseFile::open(file.path()).unwrap();
        let entries = purchases.map(Result::unwrap);
        entries.map(|entry| (entry.number, entry.purchase.map(|it| it.customer_id.0))).collect()
    }

    #[test]
    fn a_header_empty_lines_a_byte_order_mark_and_carriage_returns_are_passed_over() {
        let found = read(
            "\u{feff}customer date quantity amount\r\n\r\n a 19970101 1 1.00\r\nb 19970101 1 1".as_bytes(),
        );
        assert_eq!(found, [(3, Ok("a".to_owned())), (4, Ok("b".to_owned()))]);
    }

    #[test]
    fn only_the_first_line_can_be_a_header() {
        let found = read(b"a 19970101 1 1\ncustomer date quantity amount\n");
        assert_eq!(found[1], (2, Err(LineError::Date("date".to_owned()))));
    }

    #[test]
    fn reading_goes_on_behind_a_line_that_is_no_text_or_too_long() {
        let mut bytes = b"a 19970101 1 1\n\xff\xfe\n".to_vec();
        bytes.extend(std::iter::repeat_n(b'x', 3 * MOST_BYTES));
        bytes.extend(b"\nb 19970101 1 1\n");
        let found = read(&bytes);
        assert_eq!(found[1], (2, Err(LineError::NotText)));
        assert_eq!(found[2], (3, Err(LineError::TooLong(MOST_BYTES))));
        assert_eq!(found[3], (4, Ok("b".to_owned())));
    }

    #[test]
    fn progress_is_counted_in_bytes_to_the_end_of_the_file() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"a 19970101 1 1\r\nb 19970101 1 1").unwrap();
        let purchases = PurchaseFile::open(file.path()).unwrap();
        let size = purchases.size();
        assert_eq!(purchases.last().unwrap().unwrap().behind, size);
    }
}
