"""Transformers by their configurations: encoders of text and speech, and a decoder, with one output each."""

import math

import torch
import transformers
from torch import nn

CONFIGURATIONS = {
    "minilm": dict(hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536),
    "bert": dict(hidden_size=768, num_hidden_layers=12, num_attention_heads=12, intermediate_size=3072),
}
# The encoder of Whisper's smallest variant.
WHISPER = dict(d_model=384, encoder_layers=4, encoder_attention_heads=6, encoder_ffn_dim=1536, num_mel_bins=80)


class Encoder(nn.Module):
    """The last hidden states of an encoder of text."""

    def __init__(self, network: nn.Module):
        super().__init__()
        self.network = network

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return self.network(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state


class Decoder(nn.Module):
    """The scores of all tokens after each token."""

    def __init__(self, network: nn.Module):
        super().__init__()
        self.network = network

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        return self.network(input_ids=input_ids, use_cache=False).logits


class Speech(nn.Module):
    """The hidden states of an encoder of speech."""

    def __init__(self, network: nn.Module):
        super().__init__()
        self.network = network

    def forward(self, input_features: torch.Tensor) -> torch.Tensor:
        return self.network(input_features).last_hidden_state


def build(name: str) -> nn.Module:
    """One of these networks, its attention written as matrix products and softmax."""
    plain = dict(attn_implementation="eager")
    if name == "gpt2":
        return Decoder(transformers.GPT2LMHeadModel(transformers.GPT2Config(**plain)))
    if name == "whisper-tiny":
        config = transformers.WhisperConfig(**WHISPER, **plain)
        return Speech(transformers.models.whisper.modeling_whisper.WhisperEncoder(config))
    sizes = CONFIGURATIONS[name]
    config = transformers.BertConfig(**sizes, initializer_range=1 / math.sqrt(sizes["hidden_size"]), **plain)
    return Encoder(transformers.BertModel(config, add_pooling_layer=False))
