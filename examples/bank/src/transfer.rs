//! Transfers: money leaves one account, and then enters another one or comes back.
//!
//! An aggregate decides on its own events alone, so a transfer is two commands. Both have ids that follow from the transfer's:
//! whoever does not know how far a transfer got, because a process died or a connection broke, asks for it again. Entering and
//! coming back share one id, and a command's id is good for one aggregate, so the money never does both.

use cqrs_core::{App, Caller, ExecuteError, Receipt};
use uuid::Uuid;

use crate::banking::{AccountError, AccountId, Deposit, Money, Withdraw};

/// A transfer that somebody asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Transfer {
    /// Names this transfer: the same id again is the same transfer.
    pub id: Uuid,
    /// The account that pays.
    pub from: AccountId,
    /// The account that is paid.
    pub to: AccountId,
    /// How much.
    pub amount: Money,
    /// What it is for.
    pub reference: String,
}

/// Why a transfer did not move money.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The money never left the account.
    #[error(transparent)]
    NotPaid(ExecuteError<AccountError>),
    /// The account that should be paid did not take it, so that it came back.
    #[error("the money came back: {0}")]
    Returned(ExecuteError<AccountError>),
    /// The money has left the one account and is in neither, until the same transfer is asked for again.
    #[error("the transfer is half done, ask for it again: {0}")]
    HalfDone(ExecuteError<AccountError>),
}

impl Transfer {
    /// Moves the money; returns the receipt of its entering.
    ///
    /// # Errors
    ///
    /// When it was not moved, and where it is then.
    pub async fn execute(&self, app: &App, caller: Caller) -> Result<Receipt, TransferError> {
        let withdraw = Withdraw { account_id: self.from, amount: self.amount };
        let paid = app.execute(withdraw).id(self.step("pay")).correlation(self.id).by(caller.clone());
        let paid = paid.await.map_err(TransferError::NotPaid)?;
        match self.deposit(app, self.to, &paid, caller.clone()).await {
            Err(error) if will_never_succeed(&error) => {
                let returned = self.deposit(app, self.from, &paid, caller).await;
                returned.map_err(TransferError::HalfDone)?;
                Err(TransferError::Returned(error))
            }
            entered => entered.map_err(TransferError::HalfDone),
        }
    }

    async fn deposit(
        &self,
        app: &App,
        account_id: AccountId,
        paid: &Receipt,
        caller: Caller,
    ) -> Result<Receipt, ExecuteError<AccountError>> {
        let deposit = Deposit { account_id, amount: self.amount, reference: self.reference.clone() };
        let deposit = app.execute(deposit).id(self.step("enter")).correlation(self.id).by(caller);
        deposit.caused_by(paid.command_id).await
    }

    fn step(&self, name: &str) -> Uuid {
        Uuid::new_v5(&self.id, name.as_bytes())
    }
}

/// Whether the account says no, where otherwise it could not be asked.
fn will_never_succeed(error: &ExecuteError<AccountError>) -> bool {
    matches!(
        error,
        ExecuteError::Refused(_)
            | ExecuteError::CommandIdReused { .. }
            | ExecuteError::Inapplicable { .. }
            | ExecuteError::Projection(_)
    )
}
