//! Room ahead of the write-ahead log: zeros where its next frames go.
//!
//! To sync a file that grows takes about twice as long as to sync one that is overwritten, as its new length and blocks are
//! to be synced as well. SQLite begins the log anew where it began before, so only a young log grows, and here it grows by more
//! than one commit at a time. To SQLite the zeros are the end of the log: no frame begins with them.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};

/// How much is added at once, at most; the commit that comes next syncs it.
const STEP: u64 = 1024 * 1024;

/// Where the log is about to be moved into the file, with the default page, and grows no more.
const MOST: u64 = 16 * 1024 * 1024;

/// A commit that adds more than this gains too little from room for the next one.
const SMALL: u64 = 64 * 1024;

/// The log's length, kept ahead of what is in it.
pub(super) struct Room {
    log: File,
    length: u64,
    is_given_up: bool,
}

impl Room {
    pub(super) fn of(log: &File) -> io::Result<Self> {
        let length = log.metadata()?.len();
        Ok(Self { log: log.try_clone()?, length, is_given_up: false })
    }

    /// Makes room if the log has grown since the last look. Nobody may write to the log meanwhile: it is for a transaction that
    /// has begun to write and has not written yet.
    pub(super) fn keep_ahead(&mut self) {
        if self.is_given_up {
            return;
        }
        if let Err(error) = self.try_to_keep_ahead() {
            tracing::debug!(%error, "the write-ahead log grows commit by commit");
            self.is_given_up = true;
        }
    }

    fn try_to_keep_ahead(&mut self) -> io::Result<()> {
        // Not by the file's metadata: to ask for them makes Linux note the time of the next write anew, which the next sync pays for.
        let length = self.log.seek(SeekFrom::End(0))?;
        let grown = length.saturating_sub(std::mem::replace(&mut self.length, length));
        if grown == 0 || grown > SMALL || length >= MOST {
            return Ok(());
        }
        let zeros = vec![0; length.min(STEP) as usize];
        if let Err(error) = self.log.write_all(&zeros) {
            // A disk that is full keeps what is left for the log itself.
            self.log.set_len(length)?;
            return Err(error);
        }
        self.length += zeros.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    /// A log of so many bytes, and the room beside it.
    fn log(bytes: usize) -> (File, Room) {
        let mut log = tempfile::tempfile().unwrap();
        log.write_all(&vec![1; bytes]).unwrap();
        let room = Room::of(&log).unwrap();
        (log, room)
    }

    fn grow(log: &mut File, bytes: usize) {
        log.seek(SeekFrom::End(0)).unwrap();
        log.write_all(&vec![1; bytes]).unwrap();
    }

    fn length(log: &File) -> u64 {
        log.metadata().unwrap().len()
    }

    #[test]
    fn a_log_that_grew_a_little_becomes_twice_as_long_with_zeros() {
        let (mut log, mut room) = log(1000);
        room.keep_ahead();
        assert_eq!(length(&log), 1000, "nothing has been added");
        grow(&mut log, 500);
        room.keep_ahead();
        let mut bytes = Vec::new();
        log.rewind().unwrap();
        log.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, [vec![1; 1500], vec![0; 1500]].concat());
        room.keep_ahead();
        assert_eq!(length(&log), 3000, "the room is not taken yet");
    }

    #[test]
    fn a_log_that_grew_by_much_or_is_long_is_left_as_it_is() {
        let (mut log, mut room) = self::log(1000);
        grow(&mut log, SMALL as usize + 1);
        let grown = length(&log);
        room.keep_ahead();
        assert_eq!(length(&log), grown);
        let (mut log, mut room) = self::log(MOST as usize);
        grow(&mut log, 1);
        room.keep_ahead();
        assert_eq!(length(&log), MOST + 1);
    }

    #[test]
    fn a_log_that_was_emptied_is_followed() {
        let (mut log, mut room) = log(1000);
        log.set_len(0).unwrap();
        room.keep_ahead();
        assert_eq!(length(&log), 0);
        grow(&mut log, 100);
        room.keep_ahead();
        assert_eq!(length(&log), 200);
    }
}
