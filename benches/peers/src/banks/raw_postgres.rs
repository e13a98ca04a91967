//! tokio-postgres alone: the same steps in one table with the two indexes that anybody needs, statements prepared once.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use futures::TryStreamExt as _;
use tokio_postgres::{Client, NoTls, Statement};
use uuid::Uuid;

use crate::account::{DEPOSITS_AN_ACCOUNT, Deposit, Deposits, OWNER, Outcome};

const OPENED: i16 = 1;
const DEPOSITED: i16 = 2;

pub(crate) struct RawPostgres {
    client: Client,
    select: Statement,
    insert: Statement,
    insert_many: Statement,
}

impl RawPostgres {
    pub(crate) async fn create(address: &str) -> Outcome<Self> {
        let (client, connection) = tokio_postgres::connect(address, NoTls).await?;
        tokio::spawn(connection);
        client
            .batch_execute(
                "CREATE TABLE events (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account uuid NOT NULL, \
                 version bigint NOT NULL, event_type smallint NOT NULL, recorded_at bigint NOT NULL, \
                 event_id uuid NOT NULL, payload text NOT NULL, UNIQUE (account, version)); \
                 CREATE TABLE takings (account uuid PRIMARY KEY, deposits bigint NOT NULL, cents bigint NOT NULL)",
            )
            .await?;
        let select = "SELECT version, event_type, payload FROM events WHERE account = $1 ORDER BY version";
        let insert = "INSERT INTO events (account, version, event_type, recorded_at, event_id, payload) \
                      VALUES ($1, $2, $3, $4, $5, $6)";
        let insert_many = "INSERT INTO events (account, version, event_type, recorded_at, event_id, payload) \
                           SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::smallint[], $4::bigint[], $5::uuid[], $6::text[])";
        Ok(Self {
            select: client.prepare(select).await?,
            insert: client.prepare(insert).await?,
            insert_many: client.prepare(insert_many).await?,
            client,
        })
    }

    /// The newest version of an account, and what it comes to.
    pub(crate) async fn load(&self, account: Uuid) -> Outcome<(i64, i64)> {
        let rows = self.client.query(&self.select, &[&account]).await?;
        let (mut version, mut cents) = (0, 0);
        for row in &rows {
            version = row.get(0);
            if row.get::<_, i16>(1) == DEPOSITED {
                cents += serde_json::from_str::<Deposit>(row.get(2))?.cents;
            }
        }
        Ok((version, cents))
    }

    /// Opens an account and makes its deposits: a command is two round trips, to load and to insert.
    pub(crate) async fn run(&self, account: Uuid) -> Outcome<usize> {
        for n in 0..=DEPOSITS_AN_ACCOUNT {
            let (version, _) = self.load(account).await?;
            let (event_type, payload) = event(n)?;
            let row: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
                [&account, &(version + 1), &event_type, &now()?, &Uuid::now_v7(), &payload];
            self.client.execute(&self.insert, &row).await?;
        }
        Ok(DEPOSITS_AN_ACCOUNT + 1)
    }

    /// The same for many accounts at a time: the loads of all go out together, and their inserts are one statement.
    pub(crate) async fn run_together(&self, accounts: &[Uuid]) -> Outcome<usize> {
        for n in 0..=DEPOSITS_AN_ACCOUNT {
            let loads = accounts.iter().map(|account| self.load(*account));
            let versions: Vec<i64> = futures::future::try_join_all(loads)
                .await?
                .into_iter()
                .map(|(version, _)| version + 1)
                .collect();
            let (event_type, payload) = event(n)?;
            let count = accounts.len();
            let ids: Vec<_> = (0..count).map(|_| Uuid::now_v7()).collect();
            let row: [&(dyn tokio_postgres::types::ToSql + Sync); 6] = [
                &accounts,
                &versions,
                &vec![event_type; count],
                &vec![now()?; count],
                &ids,
                &vec![payload; count],
            ];
            self.client.execute(&self.insert_many, &row).await?;
        }
        Ok(accounts.len() * (DEPOSITS_AN_ACCOUNT + 1))
    }

    /// Reads the whole log as one stream and adds it up in memory, by account: how many deposits and cents.
    pub(crate) async fn add_up(&self) -> Outcome<Sums> {
        let select = "SELECT account, event_type, payload FROM events ORDER BY position";
        let rows = self.client.query_raw(select, Vec::<i64>::new()).await?;
        let mut rows = std::pin::pin!(rows);
        let mut sums = Sums::new();
        while let Some(row) = rows.try_next().await? {
            if row.get::<_, i16>(1) == DEPOSITED {
                add(&mut sums, row.get(0), row.get(2))?;
            }
        }
        Ok(sums)
    }

    /// Reads the log in pages and writes what each comes to into a table, one statement a page.
    pub(crate) async fn project(&self) -> Outcome {
        const PAGE: i64 = 4096;
        self.client.batch_execute("DELETE FROM takings").await?;
        let select = "SELECT position, account, event_type, payload FROM events WHERE position > $1 \
                      ORDER BY position LIMIT $2";
        let select = self.client.prepare(select).await?;
        let upsert = "INSERT INTO takings (account, deposits, cents) \
                      SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) ON CONFLICT (account) DO UPDATE \
                      SET deposits = takings.deposits + excluded.deposits, cents = takings.cents + excluded.cents";
        let upsert = self.client.prepare(upsert).await?;
        let mut position = 0_i64;
        loop {
            let rows = self.client.query(&select, &[&position, &PAGE]).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            position = last.get(0);
            let mut sums = Sums::new();
            for row in &rows {
                if row.get::<_, i16>(2) == DEPOSITED {
                    add(&mut sums, row.get(1), row.get(3))?;
                }
            }
            let accounts: Vec<_> = sums.keys().copied().collect();
            let (deposits, cents): (Vec<_>, Vec<_>) = sums.into_values().unzip();
            self.client.execute(&upsert, &[&accounts, &deposits, &cents]).await?;
        }
    }

    /// What the table adds up to.
    pub(crate) async fn total(&self) -> Outcome<(i64, i64)> {
        let sums = "SELECT sum(deposits)::bigint, sum(cents)::bigint FROM takings";
        let row = self.client.query_one(sums, &[]).await?;
        Ok((row.get(0), row.get(1)))
    }

    /// So many deposits into one account.
    pub(crate) async fn fill(&self, account: Uuid, deposits: usize) -> Outcome {
        for first in (0..deposits).step_by(1000) {
            let many: Vec<Deposit> = Deposits { first, count: (deposits - first).min(1000) }.iter().collect();
            let payloads = many.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
            let versions: Vec<i64> = (0..many.len()).map(|index| (first + index) as i64 + 1).collect();
            let ids: Vec<_> = many.iter().map(|_| Uuid::now_v7()).collect();
            let row: [&(dyn tokio_postgres::types::ToSql + Sync); 6] = [
                &vec![account; many.len()],
                &versions,
                &vec![DEPOSITED; many.len()],
                &vec![now()?; many.len()],
                &ids,
                &payloads,
            ];
            self.client.execute(&self.insert_many, &row).await?;
        }
        Ok(())
    }
}

/// Deposits and their cents, by account.
pub(crate) type Sums = HashMap<Uuid, (i64, i64)>;

fn add(sums: &mut Sums, account: Uuid, payload: &str) -> Outcome {
    let sum = sums.entry(account).or_default();
    sum.0 += 1;
    sum.1 += serde_json::from_str::<Deposit>(payload)?.cents;
    Ok(())
}

/// The opening when `n` is 0, and a deposit from then on.
fn event(n: usize) -> Outcome<(i16, String)> {
    if n == 0 {
        return Ok((OPENED, serde_json::json!({ "owner": OWNER }).to_string()));
    }
    let deposit = Deposits::one(n - 1).iter().next().ok_or("one deposit")?;
    Ok((DEPOSITED, serde_json::to_string(&deposit)?))
}

fn now() -> Outcome<i64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros() as i64)
}
