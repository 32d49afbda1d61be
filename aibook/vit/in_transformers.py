"""The network of `aibook.vit` with Hugging Face Transformers."""

import tempfile

import torch
from torch.utils.data import Dataset
from transformers import (
    Trainer,
    TrainerCallback,
    TrainingArguments,
    ViTConfig,
    ViTForImageClassification,
)

from aibook import vit
from aibook.vit.in_pytorch import put, take
from aibook.vit.measure import main

NAMES = {  # theirs: ours
    "vit.embeddings.cls_token": "class",
    "vit.embeddings.position_embeddings": "position",
    "vit.embeddings.patch_embeddings.projection": "patch",
    "vit.layers.": "block",
    "vit.layernorm": "norm",
    "classifier": "head",
    ".attention.q_proj": "/query",
    ".attention.k_proj": "/key",
    ".attention.v_proj": "/value",
    ".attention.o_proj": "/output",
    ".layernorm_before": "/norm1",
    ".layernorm_after": "/norm2",
    ".mlp.fc1": "/up",
    ".mlp.fc2": "/down",
}


class Examples(Dataset):
    """Images and labels in a given order."""

    def __init__(self, x, y, order):
        self.x, self.y, self.order = x, y, order

    def __len__(self):
        return len(self.order)

    def __getitem__(self, position):
        i = self.order[position]
        return {"pixel_values": self.x[i][None], "labels": int(self.y[i])}


class Clock(TrainerCallback):
    """Calls a function after every step."""

    def __init__(self, tick):
        self.tick = tick

    def on_step_end(self, *args, **kwargs):
        self.tick()


def parameters(model):
    """Name as in `vit.initial_weights`, the parameter, is it a kernel."""
    for path, p in model.named_parameters():
        name = path
        for theirs, ours in NAMES.items():
            name = name.replace(theirs, ours)
        kernel = name.endswith(".weight") and p.dim() > 1
        norm = "norm" in name
        name = name.replace(".weight", "/kernel" if kernel else "/gamma")
        name = name.replace(".bias", "/beta" if norm else "/bias")
        yield name, p, kernel


def build(weights):
    config = ViTConfig(
        image_size=28,
        patch_size=vit.PATCH,
        num_channels=1,
        hidden_size=vit.WIDTH,
        num_hidden_layers=vit.BLOCKS,
        num_attention_heads=vit.HEADS,
        intermediate_size=vit.HIDDEN,
        layer_norm_eps=vit.EPSILON,
        num_labels=vit.CLASSES,
    )
    model = ViTForImageClassification(config)
    put(weights, parameters(model))
    return model


def fit(model, x, y, batches, tick=lambda: None):
    examples = Examples(x, y, batches.ravel())
    with tempfile.TemporaryDirectory() as folder:
        settings = TrainingArguments(
            output_dir=folder,
            num_train_epochs=1,
            train_sampling_strategy="sequential",
            per_device_train_batch_size=vit.BATCH,
            learning_rate=vit.RATE,
            adam_epsilon=vit.ADAM_EPSILON,
            weight_decay=0.0,
            max_grad_norm=0.0,
            lr_scheduler_type="constant",
            save_strategy="no",
            logging_strategy="no",
            report_to="none",
            disable_tqdm=True,
            use_cpu=True,
        )
        trainer = Trainer(model, settings, train_dataset=examples)
        trainer.add_callback(Clock(tick))
        trainer.train()


@torch.no_grad()
def logits(model, x):
    model.eval()
    return model(torch.from_numpy(x[:, None])).logits.numpy()


def weights_of(model):
    return take(parameters(model))


if __name__ == "__main__":
    main(build, fit, logits, weights_of)
