"""The network of `aibook.vit` in PyTorch."""

import torch
from torch import nn
from torch.nn import functional as F

from aibook import vit
from aibook.vit.measure import main


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = nn.LayerNorm(vit.WIDTH, eps=vit.EPSILON)
        self.query = nn.Linear(vit.WIDTH, vit.WIDTH)
        self.key = nn.Linear(vit.WIDTH, vit.WIDTH)
        self.value = nn.Linear(vit.WIDTH, vit.WIDTH)
        self.output = nn.Linear(vit.WIDTH, vit.WIDTH)
        self.norm2 = nn.LayerNorm(vit.WIDTH, eps=vit.EPSILON)
        self.up = nn.Linear(vit.WIDTH, vit.HIDDEN)
        self.down = nn.Linear(vit.HIDDEN, vit.WIDTH)

    def forward(self, x):
        z = self.norm1(x)
        q, k, v = (
            part(z).unflatten(-1, (vit.HEADS, -1)).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        z = F.scaled_dot_product_attention(q, k, v)
        x = x + self.output(z.transpose(1, 2).flatten(2))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(1, vit.WIDTH, vit.PATCH, vit.PATCH)
        self.first = nn.Parameter(torch.zeros(vit.WIDTH))
        self.position = nn.Parameter(torch.zeros(vit.TOKENS + 1, vit.WIDTH))
        self.blocks = nn.ModuleList(Block() for _ in range(vit.BLOCKS))
        self.norm = nn.LayerNorm(vit.WIDTH, eps=vit.EPSILON)
        self.head = nn.Linear(vit.WIDTH, vit.CLASSES)

    def forward(self, x):
        x = self.patch(x[:, None]).flatten(2).transpose(1, 2)
        first = self.first.expand(len(x), 1, -1)
        x = torch.cat([first, x], dim=1) + self.position
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x[:, 0]))


def parameters(model):
    """Name as in `vit.initial_weights`, the parameter, is it a kernel."""
    for path, p in model.named_parameters():
        name = path.replace("blocks.", "block").replace(".", "/")
        name = name.replace("first", "class")
        kernel = p.dim() > 1 and name != "position"
        if kernel:
            name = name.replace("/weight", "/kernel")
        name = name.replace("/weight", "/gamma")
        if "norm" in name:
            name = name.replace("/bias", "/beta")
        yield name, p, kernel


@torch.no_grad()
def put(weights, found):
    """Copy weights as `vit.initial_weights` into what `parameters` found."""
    for name, p, kernel in found:
        w = torch.from_numpy(weights[name])
        p.copy_((w.T if kernel else w).reshape(p.shape))


def take(found):
    """The way back; what is no kernel keeps the shape of its parameter."""
    return {
        name: (p.detach().flatten(1).T if kernel else p.detach()).numpy()
        for name, p, kernel in found
    }


def build(weights):
    model = Network()
    put(weights, parameters(model))
    return model


def fit(model, x, y, batches, tick=lambda: None):
    optimizer = torch.optim.Adam(
        model.parameters(), vit.RATE, eps=vit.ADAM_EPSILON
    )
    model.train()
    x, y = torch.from_numpy(x), torch.from_numpy(y).long()
    for part in batches:
        loss = F.cross_entropy(model(x[part]), y[part])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        tick()


@torch.no_grad()
def logits(model, x):
    model.eval()
    return model(torch.from_numpy(x)).numpy()


def weights_of(model):
    return take(parameters(model))


if __name__ == "__main__":
    main(build, fit, logits, weights_of)
