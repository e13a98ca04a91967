//! Shapes as tokens: the constants that say what a type, an event or a row looks like where it is stored.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::input::Core;
use crate::stored::{Field, Form, Part, Stored, Variant, VariantKind};

/// The shape of a type; `parameters` are those that it is generic in.
pub(crate) fn of_type(core: &Core, stored: &Stored, parameters: &[&Ident]) -> TokenStream {
    let kind = match &stored.form {
        Form::Opaque(name) => return quote!(#core::Shape::Opaque(#name)),
        Form::Refused => return quote!(#core::Shape::Opaque("")),
        Form::Through { ty, .. } => {
            let there = core.at(ty.span());
            let shape = quote_spanned!(ty.span()=> <#ty as #there::DataType>::SHAPE);
            quote!(Newtype(&#shape))
        }
        Form::Newtype(_, part) => {
            let shape = of_part(core, part);
            quote!(Newtype(&#shape))
        }
        Form::Struct(fields) => {
            let fields = of_fields(core, fields);
            quote!(Struct(|| #fields))
        }
        Form::Enum(variants) => {
            let variants = variants.iter().map(|variant| of_variant(core, variant));
            quote!(Enum(|| &[#(#variants),*]))
        }
    };
    let name = &stored.name;
    quote! {
        #core::Shape::Named(&#core::NamedShape {
            name: #name,
            module: ::core::module_path!(),
            arguments: &[#(<#parameters as #core::DataType>::SHAPE),*],
            kind: #core::ShapeKind::#kind,
        })
    }
}

/// The shapes of fields, as a slice.
pub(crate) fn of_fields<'a>(core: &Core, fields: impl IntoIterator<Item = &'a Field>) -> TokenStream {
    let fields = fields.into_iter().map(|field| {
        let Field { name, part, has_default } = field;
        let shape = of_part(core, part);
        quote!(#core::FieldShape { name: #name, shape: #shape, has_default: #has_default })
    });
    quote!(&[#(#fields),*])
}

/// The shape of one value.
pub(crate) fn of_part(core: &Core, part: &Part) -> TokenStream {
    let ty = &part.ty;
    match &part.opaque {
        Some(name) => quote!(#core::Shape::Opaque(#name)),
        None => {
            let core = core.at(part.span());
            quote_spanned!(part.span()=> <#ty as #core::DataType>::SHAPE)
        }
    }
}

fn of_variant(core: &Core, variant: &Variant) -> TokenStream {
    let kind = match &variant.kind {
        VariantKind::Unit => quote!(Unit),
        VariantKind::Newtype(part) => {
            let shape = of_part(core, part);
            quote!(Newtype(&#shape))
        }
        VariantKind::Tuple(parts) => {
            let parts = parts.iter().map(|part| of_part(core, part));
            quote!(Tuple(&[#(#parts),*]))
        }
        VariantKind::Struct(fields) => {
            let fields = of_fields(core, fields);
            quote!(Struct(#fields))
        }
    };
    let name = &variant.name;
    quote!(#core::VariantShape { name: #name, kind: #core::VariantKind::#kind })
}
