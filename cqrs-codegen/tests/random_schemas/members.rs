//! Random schemas: one line for each thing that can be left out without the rest.

use crate::expressions::{Scope, ident, scope};
use crate::random::Random;
use crate::types::{Declared, Field, Kind, NAMES, Ty, Types, quoted};

/// Names of types: plain ones, and those of the prelude, of std and of the runtime.
const TYPES: &[&str] = &[
    "Money",
    "Sku",
    "Colour",
    "Line",
    "Address",
    "Option",
    "Vec",
    "String",
    "Some",
    "Result",
    "Box",
    "Default",
    "From",
    "Error",
    "Event",
    "Command",
    "Row",
    "Decimal",
    "Meta",
    "Context",
    "Money2",
    "snake_type",
    "Ok",
    "Uuid",
    "Timestamp",
    "Clone",
    "BTreeMap",
    "Invalid",
    "Role",
    "Debug",
    "Apply",
    "Ord",
];

struct Event {
    name: String,
    aggregate: usize,
    fields: Vec<Field>,
}

#[derive(Clone)]
struct Aggregate {
    state: Vec<Field>,
    errors: Vec<(String, Vec<Field>)>,
}

/// What the lines so far have declared.
struct Schema {
    random: Random,
    types: Types,
    lines: Vec<String>,
    events: Vec<Event>,
    aggregates: Vec<Aggregate>,
    commands: Vec<(String, usize, Vec<Field>)>,
    projections: Vec<(String, Vec<Field>, Vec<Field>)>,
}

/// The lines of a random schema.
pub(crate) fn schema(seed: u64) -> Vec<String> {
    let mut schema = Schema {
        random: Random::new(seed),
        types: Types::default(),
        lines: Vec::new(),
        events: Vec::new(),
        aggregates: Vec::new(),
        commands: Vec::new(),
        projections: Vec::new(),
    };
    for head in ["cqrs: 1", "domain: random", "roles: [clerk, type]", "types:"] {
        schema.line(0, head);
    }
    for _ in 0..schema.random.between(1, 8) {
        schema.declare();
    }
    schema.line(0, "aggregates:");
    for index in 0..schema.random.between(1, 2) {
        schema.aggregate(index);
    }
    schema.line(0, "projections:");
    for index in 0..schema.random.between(1, 4) {
        schema.projection(index);
    }
    schema.line(0, "queries:");
    for index in 0..schema.random.between(1, 4) {
        schema.query(index);
    }
    schema.line(0, "scenarios:");
    for index in 0..schema.random.between(1, 4) {
        schema.scenario(index);
    }
    schema.lines
}

impl Schema {
    fn line(&mut self, depth: usize, text: impl AsRef<str>) {
        self.lines.push(format!("{}{}", "  ".repeat(depth), text.as_ref()));
    }

    fn declare(&mut self) {
        let name = (*self.random.pick(TYPES)).to_owned();
        if self.types.get(&name).is_some() {
            return;
        }
        let (random, types) = (&mut self.random, &self.types);
        let (kind, text) = match random.below(6) {
            0 | 1 => {
                let ty = types.ty(random, 1);
                let value = vec![("value".to_owned(), ty.clone())];
                let check = types.condition(random, &value, 1).filter(|_| random.once_in(2));
                let check = check.map(|check| format!(", check: {}", quoted(&check))).unwrap_or_default();
                let text = format!("{{ type: {}{check} }}", quoted(&ty.text()));
                (Kind::Newtype(ty), text)
            }
            2 => {
                let variants = ["One", "TWO", "three", "None", "Self_", "Default"];
                let variants: Vec<&str> = variants.into_iter().take(random.between(1, 6)).collect();
                let text = format!("{{ enum: [{}] }}", variants.join(", "));
                (Kind::Enum(variants.into_iter().map(|it| (it.to_owned(), Vec::new())).collect()), text)
            }
            3 => {
                let names = ["First", "second", "Ok"].into_iter().take(random.between(1, 3));
                let variants: Vec<(String, Vec<Field>)> =
                    names.map(|name| (name.to_owned(), types.fields(random, 3))).collect();
                let text: Vec<String> = (variants.iter())
                    .map(|(name, fields)| format!("{name}: {}", types.declarations(random, fields)))
                    .collect();
                let text = format!("{{ enum: {{ {} }} }}", text.join(", "));
                (Kind::Enum(variants), text)
            }
            _ => {
                let fields = types.fields(random, 5);
                let text = format!("{{ fields: {} }}", types.declarations(random, &fields));
                (Kind::Struct(fields), text)
            }
        };
        self.line(1, format!("{name}: {text}"));
        self.types.declared.push(Declared { name, kind });
    }

    fn aggregate(&mut self, index: usize) {
        self.line(1, format!("Aggregate{index}:"));
        let id = (*self.random.pick(&["string", "uuid", "u64", "i32"])).to_owned();
        self.line(2, format!("id: {id}"));
        let state = self.types.fields(&mut self.random, 7);
        self.line(2, "state:");
        for field in &state {
            let text = self.types.declaration(&mut self.random, &field.ty);
            self.line(3, format!("{}: {text}", field.name));
        }
        self.line(2, "events:");
        self.line(3, format!("Begun{index}: {{}}"));
        for event in 0..self.random.between(1, 5) {
            self.event(index, event, &state);
        }
        self.line(2, "errors:");
        self.line(3, format!("Refused: {}", "nothing of the kind"));
        let mut errors = vec![("Refused".to_owned(), Vec::new())];
        for error in 0..self.random.between(0, 2) {
            let fields = self.types.fields(&mut self.random, 3);
            let shown = fields.first().map_or(String::new(), |field| format!(" {{{}}}", field.name));
            let text = self.types.declarations(&mut self.random, &fields);
            self.line(3, format!("Error{error}: {{ fields: {text}, message: \"the sentence{shown}\" }}"));
            errors.push((format!("Error{error}"), fields));
        }
        self.aggregates.push(Aggregate { state, errors });
        self.line(2, "commands:");
        self.line(3, format!("Begin{index}: {{ emit: Begun{index} }}"));
        for command in 0..self.random.between(1, 4) {
            self.command(index, command);
        }
        if self.random.once_in(2) {
            self.line(2, "snapshot: { every: 10 }");
        }
    }

    fn event(&mut self, aggregate: usize, number: usize, state: &[Field]) {
        let name = format!("Event{aggregate}{number}");
        let fields = self.types.fields(&mut self.random, 5);
        let mut reach = scope("state", state);
        reach.extend(scope("event", &fields));
        let writes = self.writes(state, &reach);
        let declarations = self.types.declarations(&mut self.random, &fields);
        let history = self.history(&fields);
        self.line(3, format!("{name}: {{ fields: {declarations}, apply: {{ {writes} }}{history} }}"));
        self.events.push(Event { name, aggregate, fields });
    }

    /// Older shapes, each with some fields of the next one, some of other types, and the steps between, both ways.
    fn history(&mut self, today: &[Field]) -> String {
        let steps = if self.random.once_in(2) { 0 } else { self.random.between(1, 3) };
        let mut next = today.to_vec();
        let mut shapes = Vec::new();
        for version in (1..=steps).rev() {
            let (random, types) = (&mut self.random, &self.types);
            let mut older: Vec<Field> = next.iter().filter(|_| !random.once_in(3)).cloned().collect();
            for field in &mut older {
                if random.once_in(4) {
                    field.ty = types.ty(random, 1);
                }
            }
            let reach = scope("event", &older);
            let filled: Vec<String> = (next.iter())
                .filter(|field| older.iter().all(|it| it.name != field.name || it.ty != field.ty))
                .map(|field| format!("{}: {}", field.name, types.term(random, &field.ty, &reach)))
                .collect();
            let fields = types.declarations(random, &older);
            let reach = scope("event", &next);
            let back: Vec<String> = (older.iter())
                .filter(|field| next.iter().all(|it| it.name != field.name || it.ty != field.ty))
                .map(|field| format!("{}: {}", field.name, types.term(random, &field.ty, &reach)))
                .collect();
            let (filled, back) = (filled.join(", "), back.join(", "));
            shapes.push(format!(
                "{version}: {{ fields: {fields}, upcast: {{ {filled} }}, downcast: {{ {back} }} }}"
            ));
            next = older;
        }
        if shapes.is_empty() {
            return String::new();
        }
        shapes.reverse();
        format!(", published: true, version: {}, history: {{ {} }}", steps + 1, shapes.join(", "))
    }

    /// Writes to some of the fields, in the middle of a mapping.
    fn writes(&mut self, fields: &[Field], reach: &Scope) -> String {
        let mut writes = Vec::new();
        for field in fields {
            if self.random.once_in(2) {
                writes.push(self.write(field, reach));
            }
        }
        writes.join(", ")
    }

    fn write(&mut self, field: &Field, reach: &Scope) -> String {
        let (random, types) = (&mut self.random, &self.types);
        let name = &field.name;
        let operation = match &field.ty {
            ty if types.is_number(ty) && random.once_in(2) => {
                format!("{{ {}: {} }}", random.pick(&["add", "subtract"]), types.term(random, ty, reach))
            }
            Ty::List(item) => match random.below(3) {
                0 => "{ clear: true }".to_owned(),
                1 => format!("{{ push: {} }}", types.term(random, item, reach)),
                _ => format!("{{ remove: {} }}", types.term(random, item, reach)),
            },
            Ty::Set(item) => {
                format!("{{ {}: {} }}", random.pick(&["insert", "remove"]), types.term(random, item, reach))
            }
            Ty::Map(key, value) => {
                let entry = types.expression(random, key, reach, 1).unwrap_or_else(|| "\"k\"".to_owned());
                if random.once_in(3) {
                    format!("{{ remove: {} }}", quoted(&entry))
                } else if types.is_number(value) && random.once_in(2) {
                    return format!(
                        "{}: {{ add: {} }}",
                        quoted(&format!("{name}[{entry}]")),
                        types.term(random, value, reach)
                    );
                } else {
                    return format!(
                        "{}: {}",
                        quoted(&format!("{name}[{entry}]")),
                        types.term(random, value, reach)
                    );
                }
            }
            Ty::Optional(_) if random.once_in(3) => "{ clear: true }".to_owned(),
            ty => types.term(random, ty, reach),
        };
        format!("{name}: {operation}")
    }

    fn command(&mut self, aggregate: usize, number: usize) {
        let fields = self.types.fields(&mut self.random, 5);
        let Aggregate { state, errors } = self.aggregates[aggregate].clone();
        let (random, types) = (&mut self.random, &self.types);
        let mut reach = scope("command", &fields);
        reach.extend(scope("state", &state));
        reach.push(("context.now".to_owned(), Ty::Scalar("timestamp")));
        reach.push(("context.actor".to_owned(), Ty::Optional(Box::new(Ty::Scalar("string")))));
        let mut requirements = Vec::new();
        for _ in 0..random.between(0, 2) {
            let Some(condition) = types.condition(random, &reach, 2) else { continue };
            let (error, fields) = random.pick(&errors).clone();
            let fields: Vec<String> = fields
                .iter()
                .map(|it| format!("{}: {}", it.name, types.term(random, &it.ty, &reach)))
                .collect();
            requirements.push(format!(
                "{{ that: {}, else: {{ {error}: {{ {} }} }} }}",
                quoted(&condition),
                fields.join(", ")
            ));
        }
        let mut emissions = Vec::new();
        let events: Vec<&Event> = self.events.iter().filter(|it| it.aggregate == aggregate).collect();
        for _ in 0..random.between(1, 3) {
            let event = *random.pick(&events);
            let filled: Vec<String> = (event.fields.iter())
                .filter(|field| !fields.iter().any(|it| it.name == field.name && it.ty == field.ty))
                .map(|field| format!("{}: {}", field.name, types.term(random, &field.ty, &reach)))
                .collect();
            let condition = types.condition(random, &reach, 1).filter(|_| random.once_in(2));
            let condition = condition.map(|it| format!(", if: {}", quoted(&it))).unwrap_or_default();
            emissions.push(format!("{{ {}: {{ {} }}{condition} }}", event.name, filled.join(", ")));
        }
        let kind = random.pick(&[
            "",
            "creates: true, ",
            "creates: false, ",
            "allow: [clerk], ",
            "allow: [type, clerk], ",
        ]);
        let name = format!("Command{aggregate}{number}");
        let declarations = types.declarations(random, &fields);
        let (require, emit) = (requirements.join(", "), emissions.join(", "));
        self.line(
            3,
            format!("{name}: {{ {kind}fields: {declarations}, require: [{require}], emit: [{emit}] }}"),
        );
        self.commands.push((name, aggregate, fields));
    }

    fn projection(&mut self, index: usize) {
        let name = format!("Rows{index}");
        if self.random.once_in(2) { self.summary(name) } else { self.table(name) }
    }

    fn table(&mut self, name: String) {
        let columns = self.types.fields(&mut self.random, 5);
        let (random, types) = (&mut self.random, &self.types);
        let event = self.events[random.below(self.events.len())].name.clone();
        let event =
            self.events.iter().find(|it| it.name == event).map(|it| (it.name.clone(), it.fields.clone()));
        let Some((event, fields)) = event else { return };
        let key: Vec<Field> = if random.once_in(2) {
            Vec::new()
        } else {
            fields.iter().take(random.between(1, 2)).cloned().collect()
        };
        let columns: Vec<Field> =
            columns.into_iter().filter(|it| key.iter().all(|key| key.name != it.name)).collect();
        let mut reach = scope("event", &fields);
        reach.push(("meta.recorded_at".to_owned(), Ty::Scalar("timestamp")));
        let condition = types.condition(random, &reach, 1).filter(|_| random.once_in(3));
        let condition = condition.map(|it| format!("if: {}, ", quoted(&it))).unwrap_or_default();
        let declared: Vec<String> =
            columns.iter().map(|it| format!("{}: {}", it.name, types.declaration(random, &it.ty))).collect();
        let fold = match random.below(6) {
            0 => format!("{{ {condition}delete: true }}"),
            1 | 2 => {
                let values: Vec<String> = columns
                    .iter()
                    .map(|it| format!("{}: {}", it.name, types.term(random, &it.ty, &reach)))
                    .collect();
                format!("{{ {condition}insert: {{ {} }} }}", values.join(", "))
            }
            _ => {
                reach.extend(scope("row", &columns));
                format!("{{ {condition}set: {{ {} }} }}", self.writes(&columns, &reach))
            }
        };
        let extras = self.extras(&key, &columns, &fields);
        self.line(
            1,
            format!("{name}: {{ fields: {{ {} }}, on: {{ {event}: {fold} }}{extras} }}", declared.join(", ")),
        );
        self.projections.push((name, key, columns));
    }

    fn summary(&mut self, name: String) {
        let random = &mut self.random;
        let event = &self.events[random.below(self.events.len())];
        let (event, fields) = (event.name.clone(), event.fields.clone());
        let key: Vec<Field> =
            if random.once_in(2) { Vec::new() } else { fields.iter().take(1).cloned().collect() };
        let (mut columns, mut declared) = (Vec::new(), Vec::new());
        for _ in 0..random.between(1, 4) {
            let column = (*random.pick(NAMES)).to_owned();
            if key.iter().chain(&columns).any(|it: &Field| it.name == column) {
                continue;
            }
            let of = if fields.is_empty() { None } else { Some(random.pick(&fields).clone()) };
            let (ty, text) = match of {
                None => (Ty::Scalar("u64"), "count".to_owned()),
                Some(_) if random.once_in(5) => (Ty::Scalar("u64"), "count".to_owned()),
                Some(field) => {
                    let kinds: &[&str] = match self.types.is_number(&field.ty) {
                        true => &["sum", "min", "max", "avg", "first", "last", "collect"],
                        false => &["min", "max", "first", "last", "collect"],
                    };
                    let kind = random.pick(kinds);
                    (field.ty.clone(), format!("{{ {kind}: event.{} }}", ident(&field.name)))
                }
            };
            declared.push(format!("{column}: {text}"));
            columns.push(Field { name: column, ty });
        }
        let extras = self.extras(&key, &columns, &fields);
        self.line(1, format!("{name}: {{ from: {event}, fields: {{ {} }}{extras} }}", declared.join(", ")));
        self.projections.push((name, key, columns));
    }

    /// Key, window, index and refresh of a projection.
    fn extras(&mut self, key: &[Field], columns: &[Field], event: &[Field]) -> String {
        let random = &mut self.random;
        let mut text = String::new();
        if !key.is_empty() {
            let key: Vec<String> =
                key.iter().map(|it| format!("{}: {}", it.name, quoted(&it.ty.text()))).collect();
            text.push_str(&format!(", key: {{ {} }}", key.join(", ")));
        }
        if random.once_in(3) {
            let time = event.iter().find(|it| it.ty.is("timestamp"));
            let time = time.map(|it| format!(", time: event.{}", ident(&it.name))).unwrap_or_default();
            let size =
                random.pick(&["tumbling: 1h", "tumbling: month", "tumbling: day", "hopping: 1h, every: 10m"]);
            text.push_str(&format!(", window: {{ {size}{time} }}"));
        }
        if !columns.is_empty() && random.once_in(2) {
            text.push_str(&format!(", index: [{}]", random.pick(columns).name));
        }
        if random.once_in(3) {
            text.push_str(&format!(
                ", refresh: {}",
                random.pick(&["on-commit", "continuous", "{ every: 30s }", "manual"])
            ));
        }
        text
    }

    fn query(&mut self, index: usize) {
        let random = &mut self.random;
        if self.projections.is_empty() {
            return;
        }
        let (from, key, columns) = self.projections[random.below(self.projections.len())].clone();
        let columns: Vec<Field> = key.into_iter().chain(columns).collect();
        let mut filters: Vec<String> = Vec::new();
        for column in &columns {
            if random.once_in(2) {
                let kind = random.pick(&[
                    "equals",
                    "any_of",
                    "prefix",
                    "[at_least, below]",
                    "above",
                    "[equals, any_of]",
                ]);
                filters.push(format!("{}: {kind}", column.name));
            }
        }
        let order = if columns.is_empty() { String::new() } else { random.pick(&columns).name.clone() };
        let rest = random.pick(&["", ", limit: 5", ", allow: clerk"]);
        let order = if order.is_empty() || random.once_in(2) {
            String::new()
        } else {
            format!(", order_by: [{order} desc]")
        };
        self.line(
            1,
            format!("Query{index}: {{ from: {from}, where: {{ {} }}{order}{rest} }}", filters.join(", ")),
        );
    }

    fn scenario(&mut self, index: usize) {
        let (random, types) = (&mut self.random, &self.types);
        let event = &self.events[random.below(self.events.len())];
        let given = format!("{}: {}", event.name, types.values(random, &event.fields, 2));
        let (name, aggregate, fields) = self.commands[random.below(self.commands.len())].clone();
        let when = format!("{name}: {}", types.values(random, &fields, 2));
        let Aggregate { state, errors } = &self.aggregates[aggregate];
        let then = match random.below(4) {
            0 => "events: []".to_owned(),
            1 => {
                let (error, fields) = random.pick(errors);
                format!("error: {{ {error}: {} }}", types.values(random, fields, 2))
            }
            2 => format!("state: {}", types.values(random, state, 2)),
            _ => {
                let emitted: Vec<&Event> =
                    self.events.iter().filter(|it| it.aggregate == aggregate).collect();
                let event = random.pick(&emitted);
                format!("events: [{}: {}]", event.name, types.values(random, &event.fields, 2))
            }
        };
        self.line(
            1,
            format!(
                "- {{ name: scenario {index}, given: [{given}], when: {{ {when} }}, then: {{ {then} }} }}"
            ),
        );
    }
}
