//! Where batch, channels and space stand in the tensors of convolutional networks.

use crate::read::Read;
use kiln_ir::{AttributeConstraint, AttributeDefinition, Attributes};
use std::ops::Range;

/// The order of the axes of an image-like tensor.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Layout {
    /// Batch, channels, space: `NCHW`.
    ChannelsFirst,
    /// Batch, space, channels: `NHWC`.
    ChannelsLast,
}

const NAMES: [&str; 2] = ["channels_first", "channels_last"];

/// The attribute `layout`.
pub(crate) const LAYOUT: AttributeDefinition = crate::rows::required(
    "layout",
    AttributeConstraint::OneOf(&NAMES),
    "The order of the axes of operand and result: `channels_first` is N,C,space..., `channels_last` is N,space...,C.",
);

impl Layout {
    /// The attribute `layout` of an op.
    ///
    /// # Errors
    /// When it is missing or no layout.
    pub fn of(attributes: &Attributes) -> Result<Layout, String> {
        let layouts = [Layout::ChannelsFirst, Layout::ChannelsLast];
        attributes.choice("layout", &NAMES).map(|index| layouts[index])
    }

    /// Its name in attributes.
    pub fn name(self) -> &'static str {
        NAMES[self as usize]
    }

    /// The axis of the batch.
    pub const fn batch_axis(self) -> usize {
        0
    }

    /// The axis of the channels of a tensor of `rank` axes.
    pub const fn channel_axis(self, rank: usize) -> usize {
        match self {
            Layout::ChannelsFirst => 1,
            Layout::ChannelsLast => rank - 1,
        }
    }

    /// The axes of space of a tensor of `rank` axes.
    pub const fn spatial_axes(self, rank: usize) -> Range<usize> {
        match self {
            Layout::ChannelsFirst => 2..rank,
            Layout::ChannelsLast => 1..rank - 1,
        }
    }

    /// A shape in this layout.
    pub fn shape<T: Copy>(self, batch: T, channels: T, space: &[T]) -> Vec<T> {
        match self {
            Layout::ChannelsFirst => [&[batch, channels], space].concat(),
            Layout::ChannelsLast => [&[batch], space, &[channels]].concat(),
        }
    }
}
