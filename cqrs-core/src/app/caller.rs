//! Who asks: the identity that commands and queries are sent with.

/// Who sends a command or a query, on whose behalf, and in which roles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caller {
    /// Who asks; recorded with each event.
    pub actor: Option<String>,
    /// On whose behalf; recorded with each event.
    pub tenant: Option<String>,
    /// The roles that the caller has.
    pub roles: Vec<String>,
}

impl Caller {
    /// A caller without a name and without roles.
    pub fn anonymous() -> Self {
        Self::default()
    }

    /// A caller with a name.
    pub fn named(actor: impl Into<String>) -> Self {
        Self { actor: Some(actor.into()), ..Self::default() }
    }

    /// The same caller with one more role.
    #[must_use]
    pub fn with_role(mut self, role: impl Into<String>) -> Self {
        self.roles.push(role.into());
        self
    }

    /// The same caller on behalf of a tenant.
    #[must_use]
    pub fn of_tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    /// Whether one of `wanted` is among the caller's roles; nothing wanted means anyone may ask.
    pub fn has_one_of(&self, wanted: &[&str]) -> bool {
        wanted.is_empty() || self.roles.iter().any(|role| wanted.contains(&role.as_str()))
    }
}
