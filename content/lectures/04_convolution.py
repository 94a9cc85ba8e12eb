# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# 4. Convolutional networks

A dense layer treats an image as a list of numbers and does not know which pixels are
neighbours. Two demands, alike everywhere and local, turn it into a convolutional layer
with nine weights instead of a thousand.

Time: about 60 minutes. You need: layers ([lecture 1](01_neurons.ipynb)), softmax and
cross-entropy ([lecture 2](02_softmax_losses.ipynb)), gradients of a layer
([lecture 3](03_backpropagation.ipynb)).
"""

# %% [markdown]
r"""
## You will be able to

- **derive** the convolutional layer from the dense one;
- **compute** outputs, shapes and parameter counts for any padding, stride and channels;
- **tell** convolution from cross-correlation, and equivariance from invariance;
- **derive** the gradients of convolution and pooling, and check them;
- **build** and train networks that classify and restore images.
"""

# %%
import numpy as np

from nnlib import conv, data, layers
from nnlib.conv import as_dense_matrix, conv2d, convolve2d, corr2d, output_shape
from nnlib.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from nnlib.testing import Rubric, assert_close, check_gradient, numerical_gradient
from nnlib.viz import conv_layers, conv_networks, conv_training, convolution, show

# %% [markdown]
r"""
## 4.1 One pixel to the right

How do we feed an image to a multi-layer perceptron? The first idea is to **flatten** it:
write its rows one after the other. Do so with the 8 x 8 digits, and ask two questions. What if all test digits move one pixel to the right? And what if
we shuffle the 64 pixels of all images, always in the same way, and train again?
"""

# %% tags=["nbval-check-output"]
learn, test = conv_training.digit_sets()
look = conv_training.first_look(learn, test)
print("test digits, more than 94 % right  :", look.accuracies[0] > 0.94)
print("moved one pixel, less than 65 %    :", look.accuracies[1] < 0.65)
print("shuffled, retrained, more than 94 %:", look.accuracies[2] > 0.94)

# %%
show(
    conv_networks.image_row(look.images, look.titles),
    alt="One test digit three times: as it is, moved one pixel to the right, and with "
    "its pixels shuffled to noise. The dense network is right on about 97 percent of "
    "the first and third kind, but only on about half of the second.",
)

# %% [markdown]
r"""
*What to see.* For us the second image is the same digit and the third is no digit at
all. The dense network sees it the other way round. Flattening discards which pixels are
neighbours; the network must learn every position anew.

**Convolutional networks** (CNNs) are made for inputs on a grid: sound or time series
(one dimension), images (two), CT volumes (three). They keep the grid, need far fewer
parameters, and run well in parallel.

## 4.2 An image is a grid of numbers

Our example is a handwritten two of 6 x 6 pixels, each a number between 0 (black) and 1
(white).
"""

# %%
x = data.digit_6x6()
print("shape", x.shape, "pixels", x.size, "above zero", (x > 0).sum())
print(f"smallest {x.min():.1f}, largest {x.max():.1f}, sum {x.sum():.1f}")

show(
    convolution.pixels_and_names(x),
    alt="Left: the 6 by 6 image of a two with a number from 0 to 0.9 in each cell. "
    "Right: the same grid with the names x 1,1 to x 6,6 of the 36 input variables.",
)

# %% [markdown]
r"""
*What to see.* Row first, then column. (One printed version of this grid has two
pixels of 8.0. A range check finds such a slip: it is 0.8.) Formulas on paper count from 1, as here; code, and the formulas below, from 0.

| symbol | shape | in code | argument of | meaning |
|---|---|---|---|---|
| $x$ | $(H, W)$ | `x` | `nnlib.conv.corr2d` | one image |
| $V$ | $(k_h, k_w)$ | `kernel` | `nnlib.conv.corr2d` | one filter on one channel |
| $u$ | $(H, W)$ | `u` | `nnlib.conv.dense_grid_layer` | one bias for each unit |
| $x$ | $(N, C, H, W)$ | `x` | `nnlib.conv.conv2d` | $N$ images of $C$ channels |
| $W$ | $(F, C, k_h, k_w)$ | `W` | `nnlib.conv.conv2d` | $F$ filters |
| $b$ | $(F,)$ | `b` | `nnlib.conv.conv2d` | one bias for each filter |
| stride | number or pair | `stride` | `nnlib.conv.output_shape` | steps of the window |
| pad | number or pair | `pad` | `nnlib.conv.output_shape` | rings of zeros |
| $\delta$ | as the output | `dout` | `nnlib.conv.conv2d_backward` | $\partial J / \partial s$ |

## 4.3 From dense to convolutional

Arrange the hidden units in a 6 x 6 grid as well, one for each pixel. In a dense layer
unit $(i,j)$ has its own weight for every pixel $(k,l)$. Measure the pixel's place from
the unit, $k = i+a$, $l = j+b$, and rename the weights:

$$s_{ij} = u_{ij} + \sum_{k,l} W_{ijkl}\, x_{kl}
= u_{ij} + \sum_{a,b} V_{ijab}\, x_{i+a,\,j+b},
\qquad V_{ijab} = W_{i,j,i+a,j+b}.$$

Nothing has changed yet: $36 \cdot 36 = 1296$ weights and 36 biases. Two demands change that.

**1. Alike everywhere.** If the image, black beyond its borders, moves by $(p,q)$, the
scores shall move by $(p,q)$ and not change otherwise. The moved image has the pixel
$x_{i+a-p,\,j+b-q}$ where $x$ had $x_{i+a,j+b}$, so we demand

$$u_{ij} + \sum_{a,b} V_{ijab}\, x_{i+a-p,\,j+b-q}
= u_{i-p,j-q} + \sum_{a,b} V_{i-p,j-q,a,b}\, x_{i-p+a,\,j-q+b}$$

for all images. A black image gives $u_{ij} = u_{i-p,j-q}$; an image with one white pixel
gives $V_{ijab} = V_{i-p,j-q,a,b}$. So neither may depend on $(i,j)$: one bias $u$ and one
table $V_{ab}$ for all units. For 6 x 6 images $a$ and $b$ run from $-5$ to $5$, which
leaves $11^2 = 121$ weights.

**2. Local.** An edge or a corner is seen in a small region. Let $V_{ab} = 0$ as
soon as $|a|$ **or** $|b|$ exceeds $\Delta$. ("Zero outside $|a|, |b| > \Delta$", as slides
put it, can be read as "if both exceed", which leaves a broad cross.)

What is left is the **[convolutional layer](../site/glossary.md#convolutional-layer)** with its **[filter](../site/glossary.md#filter)** (or **kernel**) $V$:

$$\boxed{\,s_{ij} = u + \sum_{a=-\Delta}^{\Delta} \sum_{b=-\Delta}^{\Delta}
V_{ab}\; x_{i+a,\,j+b}\,}$$

With $\Delta = 1$ these are 9 weights and 1 bias instead of 1332 numbers. Pixels beyond
the border count as 0: without that ring of zeros, often drawn but not mentioned, only
4 x 4 units would have a full window.
"""

# %% tags=["nbval-check-output"]
a, b = np.mgrid[-2:3, -2:3]  # 25 offsets, and Delta = 1
print("left if 'or' makes zero :", 25 - ((abs(a) > 1) | (abs(b) > 1)).sum())
print("left if 'and' makes zero:", 25 - ((abs(a) > 1) & (abs(b) > 1)).sum())
h = 6  # rows and columns
print(f"weights: dense {h**4}, equal {(2 * h - 1) ** 2}, local {(2 * 1 + 1) ** 2}")
V = np.array([[1.0, -2.0, 0.5], [0.0, 3.0, -1.0], [2.0, 1.0, -0.5]])
W4 = as_dense_matrix(V[None, None], (6, 6), pad=1).T.reshape(6, 6, 6, 6)
as_dense = conv.dense_grid_layer(x, W4, np.zeros((6, 6)))
print(f"dense - convolution: {abs(as_dense - corr2d(x, V, pad=1)).max():.3f}")
move = {"shift": (2, 1), "axis": (0, 1)}
for mode in ("wrap", "constant"):
    pair = [np.pad(z, 1, mode=mode) for z in (x, np.roll(x, **move))]
    before, after = (corr2d(z, V) for z in pair)
    gaps = abs(after - np.roll(before, **move)).max(), abs(after - before).max()
    print(f"{mode:8}: shift in, shift out {gaps[0]:.3f}; unchanged {gaps[1]:.3f}")

# %%
show(
    conv_layers.grid_connections(),
    alt="Left: in the dense layer two hidden units are each joined to all 36 pixels. "
    "Right: in the convolutional layer each of the two is joined only to the 3 by 3 "
    "patch of pixels around its own place.",
)
show(
    conv_layers.parameter_counts(),
    alt="Bars on a logarithmic axis: 1296 dense weights, 121 that are equal under "
    "shifts, 9 that are also local. Beside them the counts for images of side 4 to 256: "
    "dense grows to four billion, shared to 261 thousand, local stays 9.",
)

# %% [markdown]
r"""
*What to see.* **[Sparse interactions](../site/glossary.md#sparse-interactions)**: few lines for each unit. **[Parameter sharing](../site/glossary.md#parameter-sharing)**: the
orange and the blue lines carry the same nine weights. For 256 x 256 pixels a dense layer
needs four billion weights.

The checks say: the layer is a dense one with special weights, and it keeps the first demand.
Shift in, shift out: this is translation **equivariance**, though it is often called
invariance. Invariant would be an output that does not change at all, and ours does. On
a grid that wraps round equivariance is exact; with zeros around the image it fails at
the borders.

## 4.4 A window that slides

`corr2d` is the formula as a program. Lay the filter on the image, multiply what lies on
top of each other, add, and move on. It counts $a$ and $b$ from 0, so the window starts
at $(i,j)$.

**Convolution or cross-correlation?** In mathematics the convolution of $f$ and $g$ is
$(f * g)(z) = \int f(t)\,g(z-t)\,dt$, on a grid

$$(f * g)_{ij} = \sum_{a,b} f_{ab}\; g_{i-a,\,j-b}.$$

Beware of printed versions with $f_{ij}$ inside this sum: the *summed* indices belong to
$f$, else it could be pulled out. Our layer has a plus, $x_{i+a,j+b}$, and is called a
**[cross-correlation](../site/glossary.md#cross-correlation)**. The two differ by a half turn of the filter: with
$\tilde{V}_{ab} = V_{-a,-b}$ the layer is $s = u + x * \tilde{V}$; the constant $u$ is easily
forgotten.
"""

# %% tags=["nbval-check-output"]
small, K = np.arange(9.0).reshape(3, 3), np.arange(4.0).reshape(2, 2)
s = np.zeros((2, 2))
for i, j in np.ndindex(s.shape):
    s[i, j] = (small[i : i + 2, j : j + 2] * K).sum()
print("by hand:", s.tolist())
print("nnlib  :", corr2d(small, K).tolist())
size = (4, 4)
by_fft = np.fft.irfft2(np.fft.rfft2(small, size) * np.fft.rfft2(K, size), size)
print("convolution   :", convolve2d(small, K).tolist())
print("by the FFT    :", (by_fft[1:3, 1:3].round(3) + 0.0).tolist())
misprint = sum(K[1, 1] * small[1 - a, 1 - b] for a, b in np.ndindex(2, 2))
print("misprint at (1, 1):", misprint)
print("turned filter :", convolve2d(small, K[::-1, ::-1]).tolist(), "as corr2d")

# %%
show(
    convolution.window_steps(small, K),
    alt="The filter 0 1 2 3 on the 3 by 3 grid of the numbers 0 to 8. The window has "
    "four places; each is framed under its sum of products: 19, 25, 37 and 43.",
)

# %% [markdown]
r"""
At $(1,1)$, the first place where all pixels exist, the convolution is 5; the misprint
makes it 24. Since filters are learned, the turn is immaterial. All libraries
compute the cross-correlation and call it a convolution, and so do we.

> **Think!** For which filters do the two agree on every image?

<details><summary>Answer</summary>

For those with $V_{ab} = V_{-a,-b}$, that is, symmetric under a half turn: a blur, for
example. A mirror symmetry is not enough.
</details>

## 4.5 Padding and stride

A window of $k$ rows fits into $n$ rows at $n-k+1$ places. So the image shrinks with
each layer, and border pixels are seen less often. **[Padding](../site/glossary.md#padding)** adds rings of zeros
around it. To condense an image instead, let the window jump by a **[stride](../site/glossary.md#stride)** larger
than 1, perhaps different for rows and columns. With pad rings on each side,

$$n_{\text{out}} = \left\lfloor \frac{n + 2\,\text{pad} - k}{\text{stride}} \right\rfloor + 1.$$

The bracket rounds down: a window that does not fit is not used. (Texts that give
$\lfloor (n-k+p+\text{stride})/\text{stride} \rfloor$ mean the same; their $p$ is the
*total* padding $2\,\text{pad}$.)

After the tables, move the window over the two. Which filter answers where, and with which
sign? When does stride 2 leave the last column unused?
"""

# %% tags=["nbval-check-output"]
cases = {"no padding": (1, 0), "pad 1": (1, 1), "pad 1, stride (3, 2)": ((3, 2), 1)}
for name, (stride, pad) in cases.items():
    print(f"{name:21}", output_shape((3, 3), (2, 2), stride, pad), end=" ")
    print(corr2d(small, K, stride, pad).astype(int).tolist())
for pad in (1, 0):
    sizes = [output_shape((n, n), 3, stride=2, pad=pad)[0] for n in (5, 6, 7, 8)]
    print(f"n = 5, 6, 7, 8 with pad {pad}:", sizes)

# %%
show(
    convolution.window_positions(small, K, cases),
    alt="Above, the 3 by 3 grid plain, with a ring of zeros, and with the ring and "
    "stride 3 down, 2 across; dots mark the centres of 4, 16 and 4 windows. Below, the "
    "outputs: 19 25 37 43; a 4 by 4 grid around the same numbers; 0 8 6 8.",
)

# %%
convolution.explore_sliding_window()

# %%
show(
    convolution.sliding_window("vertical edges", stride=2, pad=0, window=4),
    alt="The explorer with the vertical-edge filter, stride 2 and no padding: four "
    "orange dots mark the windows, the output has 2 by 2 cells. The framed last window "
    "ends before the last row and column, which no window sees.",
)

# %% [markdown]
r"""
*What to see.* With padding the old output stands in the middle of the new one. Strides
just pick from it: rows 0 and 3, columns 0 and 2.

> **Think!** How much padding keeps the size at stride 1? What about $k = 2$?

<details><summary>Answer</summary>

$n + 2\,\text{pad} - k + 1 = n$ needs $2\,\text{pad} = k-1$ zeros in total, so
$(k-1)/2$ on each side: 0, 1, 2, 3 for $k = 1, 3, 5, 7$. An even $k$ would need half a
zero on each side; that is one reason why filters are mostly 3 x 3 or 5 x 5.
</details>

"Stride 2 halves rows and columns" is nearly true: with a 3 x 3 filter and one ring the
size is $n/2$ rounded up, without the ring it is less.

### Exercise 4.1 (5 minutes)

Write `output_size(n, k, stride, pad)` for one axis, with whole numbers.

<details><summary>Solution</summary>

```python
def output_size(n, k, stride, pad):
    return (n + 2 * pad - k) // stride + 1
```

Adding 1 before dividing is right for stride 1 only.
</details>
"""


# %%
def output_size(n, k, stride, pad):
    raise NotImplementedError("Exercise 4.1: write output_size")


# %%
r = Rubric(points=2)
with r.check("stride 1", hint="Without padding a window has n - k + 1 places."):
    assert_close([output_size(3, 2, 1, 0), output_size(3, 2, 1, 1)], [2, 4])
with r.check("rounding", hint="Divide by the stride, round down, then add 1."):
    assert_close([output_size(n, 3, 2, 0) for n in (5, 6, 7, 8)], [2, 2, 3, 3])
_ = r.score()

# %% [markdown]
r"""
## 4.6 Channels

One filter answers to one pattern: too rigid. Use several. Each makes its own grid of
hidden units, a **[channel](../site/glossary.md#channel)** or **[feature map](../site/glossary.md#feature-map)**.

The next layer sees all these channels, and a colour image has three from the start. So
a filter spans **all** input channels, and the results are added:

$$s_{fij} = b_f + \sum_{c=0}^{C-1} \sum_{a,b} W_{fcab}\; x_{c,\,i+a,\,j+b}.$$

Arrays of any order are called **tensors**: a number has order 0, a vector 1, a matrix
2. Here $x$ has order 3 (with the batch 4) and $W$ order 4. Many texts store images as
rows x columns x channels and filters as $(k_h, k_w, C, F)$; our order is $(N,C,H,W)$
and $(F, C, k_h, k_w)$, and `from_hwio` translates.
"""

# %%
show(
    convolution.filter_responses(x, convolution.FILTERS),
    alt="Four filters above their maps of the two. The vertical-edge filter is red "
    "where brightness rises to the right and blue where it falls; the horizontal one "
    "does the same downwards; the blur is smooth; the copy is the image itself.",
)

# %% tags=["nbval-check-output"]
slices = [[[3, 2], [-2, 1], [-1, 2]], [[-1, 4], [1, 2], [-5, 3]]]
T = np.stack(slices, axis=-1)  # two 3 x 2 matrices: T[:, :, 0] and T[:, :, 1]
print("T has order", T.ndim, "and shape", T.shape)
rng = np.random.default_rng(4)
W = conv.from_hwio(rng.normal(size=(3, 3, 4, 6)))
b, maps = rng.normal(size=6), rng.normal(size=(1, 4, 6, 6))
s, _ = conv2d(maps, W, b, stride=2, pad=1)
one = b[5] + sum(corr2d(maps[0, c], W[5, c], 2, 1) for c in range(4))
print("one filter", W[0].size, "weights; all", W.size, "and", b.size, "biases")
print("output", s.shape, f"gap to the sum of channels {abs(s[0, 5] - one).max():.3f}")

# %%
show(
    conv_layers.channels_block(),
    alt="Four stacked 6 by 6 channels with a 3 by 3 patch marked on each, times one "
    "filter of four 3 by 3 sheets, gives the first of six stacked 3 by 3 output "
    "channels.",
)

show(
    conv_layers.weight_matrices(conv_training.matrix_examples()),
    alt="Three weight matrices with 36 rows. Dense: 1296 different entries. "
    "Convolution: three narrow bands along the diagonal, 256 entries with only 9 "
    "different values. Stride 2: the same nine values in 9 columns.",
)

# %% [markdown]
r"""
*What to see.* Signs tell the direction of an edge: red to the left of a stroke, blue to
its right. At the lower border the zeros of the padding look like an edge too.

In the second figure one filter, $3 \cdot 3 \cdot 4 = 36$ weights, makes one output channel.
Six of them are 216 weights and 6 biases. In general

$$\text{parameters} = F\,(C\,k_h\,k_w + 1),$$

whatever the size of the image.

A convolution is linear in $x$, so it is also a matrix. Its columns belong to outputs and
its rows to pixels, as in $XW$. White is zero; the same nine colours repeat; the gaps in the
bands are where a window reaches over the border.

## 4.7 Backwards

Let $\delta_{ij} = \partial J/\partial s_{ij}$ come from the layer above; one channel and
stride 1 first. Each weight $V_{ab}$ is used at every place, each time multiplied by
$x_{i+a,j+b}$. Along each of these paths the chain rule gives one term:

$$\frac{\partial J}{\partial V_{ab}} = \sum_{i,j} \delta_{ij}\; x_{i+a,\,j+b},
\qquad \frac{\partial J}{\partial u} = \sum_{i,j} \delta_{ij}.$$

The first is `corr2d` again, of $x$ with $\delta$ as the filter. A pixel $x_{kl}$ takes
part in each window with $i + a = k$, $j + b = l$, so

$$\frac{\partial J}{\partial x_{kl}} = \sum_{a,b} V_{ab}\; \delta_{k-a,\,l-b},$$

with $\delta = 0$ outside. Look at the minus: this one is a true *convolution* of
$\delta$, padded by $k-1$ zeros. In matrix form $s = xM$ it is $\delta M^\top$.

With stride $t$, place $i$ of the output sees pixel $t\,i + a$. Put $t-1$ zeros between
the entries of $\delta$, and the stride-1 formulas hold; pixels that no window reached get
0. With channels, $\partial J/\partial W_{fcab}$ pairs output channel $f$ with input channel
$c$, and $\partial J/\partial x_c$ adds over all filters. Sums over the batch come on top.
The first cell checks the formulas, the second everything at once:
"""

# %% tags=["nbval-check-output"]
delta = np.array([[1.0, -1.0], [0.5, 2.0]])
dV, dx = corr2d(small, delta), convolve2d(delta, K, pad=1)
dV_check = numerical_gradient(lambda V: corr2d(small, V), K, delta)
dx_check = numerical_gradient(lambda x: corr2d(x, K), small, delta)
print("dV", dV.tolist(), f"gap {abs(dV - dV_check).max():.3f}")
print("dx", dx.tolist(), f"gap {abs(dx - dx_check).max():.3f}")
M = as_dense_matrix(K[None, None], (3, 3))
print(f"matrix, gap of dx: {abs(dx.ravel() - delta.ravel() @ M.T).max():.3f}")

# %% tags=["nbval-check-output"]
spread = np.array([[1.0, 0, -1], [0, 0, 0], [0.5, 0, 2]])  # delta, zeros between
expected = numerical_gradient(lambda z: corr2d(z, V, stride=2), np.ones((5, 5)), delta)
print(f"stride 2, gap of dx: {abs(convolve2d(spread, V, pad=2) - expected).max():.3f}")


def layer(x, W, b):
    return conv2d(x, W, b, stride=(2, 1), pad=(1, 2))


images, filters = rng.normal(size=(2, 3, 5, 4)), rng.normal(size=(4, 3, 3, 2))
error = check_gradient(layer, conv.conv2d_backward, images, filters, np.ones(4))
print("channels, batch, stride (2, 1), pad (1, 2) right:", error < 1e-6)

# %% [markdown]
r"""
### Exercise 4.2 (10 minutes)

Write `kernel_gradient(x, dout, k, stride)`: the gradient, shape `(k, k)`, for an image
`x` without padding and `dout` of the output's shape.

<details><summary>Solution</summary>

```python
def kernel_gradient(x, dout, k, stride):
    rows, columns = dout.shape
    dV = np.zeros((k, k))
    for a, b in np.ndindex(k, k):
        met = x[a::stride, b::stride][:rows, :columns]
        dV[a, b] = (dout * met).sum()
    return dV
```

`met` holds the pixels that weight $(a,b)$ meets, one for each output place.
</details>
"""


# %%
def kernel_gradient(x, dout, k, stride):
    raise NotImplementedError("Exercise 4.2: write kernel_gradient")


# %%
r = Rubric(points=3)
with r.check("stride 1", hint="At stride 1 it is corr2d(x, dout)."):
    assert_close(kernel_gradient(small, delta, 2, 1), dV)
with r.check("stride 2", hint="Output place i meets pixel stride * i + a."):
    wanted = numerical_gradient(lambda V: corr2d(x, V, 2), V, delta)
    assert_close(kernel_gradient(x, delta, 3, 2), wanted, rtol=1e-6)
_ = r.score()

# %% [markdown]
r"""
## 4.8 Pooling

**[Pooling](../site/glossary.md#pooling)** replaces each window of each channel by its maximum or its mean. Windows usually do not overlap, so the stride is the window size.
There are no parameters. Backwards, the mean shares $\delta$ out equally. The maximum
hands all of it to the winner, since a small change of any other entry changes nothing.
"""

# %%
numbers = np.array([[1.0, 3, 2, 0], [4, 2, 0, 1], [5, 1, 7, 8], [0, 2, 6, 3]])
show(
    conv_layers.pooling_example(numbers, np.array([[1.0, 2.0], [-4.0, 3.0]])),
    alt="A 4 by 4 grid in four windows of 2 by 2. Maximum: 4, 2, 5, 8. Average: 2.5, "
    "0.75, 2, 6. A gradient of 1, 2, -4, 3 goes back to the four largest entries "
    "through the maximum, and in quarters to all entries through the average.",
)

# %% tags=["nbval-check-output"]
before, after = [corr2d(np.pad(z, 1, mode="wrap"), V) for z in (x, np.roll(x, **move))]
print(f"maps differ by {abs(after - before).max():.3f}")
print(f"their maxima by {abs(after.max() - before.max()):.3f}")
print(f"their means by {abs(after.mean() - before.mean()):.3f}")

# %% [markdown]
r"""
*What to see.* Max pooling says that a pattern was found, not exactly where. A shift
inside a window may leave its maximum as it is. Pool over the **whole** map and position
is gone: this, on top of equivariance, is invariance (the printed lines, on a
grid that wraps round).

Pooling windows and strides larger than 1 also cost something: the output moves along
exactly only if the shift is a multiple of the stride.

### Exercise 4.3 (5 minutes)

Write `max_pool(x)` with 2 x 2 windows for `x` of shape `(H, W)`, both even, without a
loop. `reshape` can give each window its own two axes.

<details><summary>Solution</summary>

```python
def max_pool(x):
    H, W = x.shape
    return x.reshape(H // 2, 2, W // 2, 2).max(axis=(1, 3))
```

Axes 1 and 3 count rows and columns inside a window.
</details>
"""


# %%
def max_pool(x):
    raise NotImplementedError("Exercise 4.3: write max_pool")


# %%
r = Rubric(points=2)
with r.check("square", hint="Axes 1 and 3 of the reshaped array are one window."):
    assert_close(max_pool(numbers), [[4.0, 2.0], [5.0, 8.0]])
with r.check("not square, negative", hint="Rows and columns have their own sizes."):
    assert_close(max_pool(-np.arange(8.0).reshape(2, 4)), [[0.0, -2.0]])
_ = r.score()

# %% [markdown]
r"""
## 4.9 A full network

A classic layout: convolutions that trade rows and columns for channels, then dense
layers that combine what was found, then softmax. For our 6 x 6 two: four filters,
six filters with stride 2, 50 hidden units, ten classes.
"""

# %% tags=["nbval-check-output"]
rng = np.random.default_rng(0)
full = Sequential(
    *(Conv2d(1, 4, kernel=3, pad=1, rng=rng), ReLU()),
    *(Conv2d(4, 6, kernel=3, stride=2, pad=1, rng=rng), ReLU(), Flatten()),
    *(Linear(54, 50, rng=rng), ReLU(), Linear(50, 10, rng=rng), layers.Softmax()),
)
print(layers.summary(full, (1, 6, 6)))

# %%
show(
    conv_layers.network_blocks(full, (1, 6, 6)),
    alt="Block diagram: 1 x 6 x 6, convolution with 40 parameters, 4 x 6 x 6, "
    "convolution with stride 2 and 222 parameters, 6 x 3 x 3, flatten and dense layer "
    "with 2750, 50 units, dense layer with 510, 10 probabilities. In all 3522.",
)

# %% [markdown]
r"""
*What to see.* $40 + 222 + 2750 + 510 = 3522$, and most of them sit in the first dense
layer. Count: $4(9+1)$, $6(36+1)$, $54 \cdot 50 + 50$, $50 \cdot 10 + 10$.

> **Think!** How many pixels can one unit after two 3 x 3 layers of stride 1 see?

<details><summary>Answer</summary>

It sees 3 x 3 units of the first layer, each of which sees one pixel further on every
side: 5 x 5. This **[receptive field](../site/glossary.md#receptive-field)** grows by 2 with each such layer, and faster behind
a stride. Depth makes local layers see the whole image.
</details>

## 4.10 Put together: digits that move

Three networks of about 6 000 parameters, trained on digits in their usual place:
the dense one from section 4.1, the layout of section 4.9, and a CNN that keeps
convolving and ends with a maximum over the whole map.
"""

# %% tags=["nbval-check-output"]
rng, moved, scores = np.random.default_rng(0), range(-2, 3), {}
flat_cnn = conv_training.flat_cnn(rng)
pooled_cnn = Sequential(
    *(Conv2d(1, 8, kernel=3, pad=1, rng=rng), ReLU()),
    *(Conv2d(8, 16, kernel=3, pad=1, rng=rng), ReLU()),
    *(Conv2d(16, 32, kernel=3, pad=1, rng=rng), ReLU(), MaxPool2d(8), Flatten()),
    Linear(32, 10, rng=rng),
)
for net, epochs in ((flat_cnn, 8), (pooled_cnn, 6)):
    conv_training.train(net, learn, epochs, rng)
nets = {"dense": look.dense, "CNN, flatten": flat_cnn, "CNN, global max": pooled_cnn}
for name, net in nets.items():
    scores[name] = a = conv_training.accuracy_when_moved(net, test, moved)
    size = layers.count_parameters(net.parameters())
    print(f"{name:16}{size}, 94 % right: {a[2] > 0.94}, moved 85 %: {a[3] > 0.85}")

# %%
show(
    conv_networks.shift_accuracy(list(moved), scores),
    alt="Accuracy over the shift. All networks are above 94 percent without one. At one "
    "pixel only the CNN with a global maximum stays above 85, the others fall to half.",
)

show(
    conv_networks.feature_maps(
        Sequential(pooled_cnn[0], pooled_cnn[1]),
        [test[0][0, 0], conv_training.shifted(test[0], 1)[0, 0]],
    ),
    alt="The eight learned 3 by 3 filters, and below them the eight maps of a digit and "
    "of the same digit moved by one pixel: the maps in the second row are those of the "
    "first, moved by one pixel.",
)

# %% [markdown]
r"""
*What to see.* Convolution alone does not help: the second network finds its features
wherever they are, but flattening ties them to places again. Only the third
classifies what it finds and forgets where.

Nobody drew the filters in the second figure: they started at random. Some light up on ink,
others on edges. The lower maps are the upper ones, one pixel to the right: equivariance.

## 4.11 Image restoration

A network of convolutions without any dense layer has images as outputs, so it can
remove what spoils an image: noise, rain, blur. Current methods do this with large CNNs
inside a random process run backwards (Luo et al., 2023). Our version: the
squared error between output and clean image, 865 parameters, synthetic digits with
strong noise. Rival: the 3 x 3 blur.
"""

# %% tags=["nbval-check-output"]
rng = np.random.default_rng(1)
clean, noisy = conv_training.noisy_digits(rng)
denoiser = Sequential(
    *(Conv2d(1, 8, kernel=5, pad=2, rng=rng), ReLU()),
    *(Conv2d(8, 8, kernel=3, pad=1, rng=rng), ReLU()),
    Conv2d(8, 1, kernel=3, pad=1, rng=rng),
)
conv_training.learn_to_restore(denoiser, noisy[:400], clean[:400], rng)
blurred, _ = conv2d(noisy[400:], np.full((1, 1, 3, 3), 1 / 9), np.zeros(1), pad=1)
rivals = {"noisy": noisy[400:], "blur": blurred, "network": denoiser(noisy[400:])}
error = {name: np.mean((out - clean[400:]) ** 2) for name, out in rivals.items()}
print("blur better than nothing:", error["blur"] < 0.3 * error["noisy"])
print("network better than blur:", error["network"] < 0.75 * error["blur"])

# %%
show(
    conv_networks.restored_images(
        {name: out[:7, 0] for name, out in rivals.items()}, clean[400:407, 0]
    ),
    alt="Seven clean digits, the same with strong noise, blurred by a 3 by 3 mean, and "
    "restored by the network. The blur leaves grey clouds; the network gives white "
    "paper and dark strokes, with small gaps.",
)

# %% [markdown]
r"""
*What to see.* The blur must trade noise against sharpness, everywhere alike. The
network bends that rule with its ReLUs: it has learned what strokes look like and wipes
the rest. It sees 9 x 9 pixels around each one and was not
trained on the digits shown.

## Common mistakes

| mistake | symptom |
|---|---|
| images as $(N,H,W,C)$ | shape error, or silence if $H = C$ |
| filter turned although the layer must not | right for symmetric filters, wrong for all others |
| adding 1 before dividing by the stride | output sizes right for stride 1, often too small for others |
| bias forgotten in the count, or one a pixel | 36 or 180 in place of 40 |
| `Linear` sized for another image | shape error at the first batch after `Flatten` |
| gradient of a strided layer without the zeros between | `dW` of the wrong shape, or `dx` squeezed into a corner |
| "CNNs are invariant" | accuracy falls on moved images |

## Summary

- A dense layer that is alike everywhere and local **is** a convolutional layer.
- Size $\lfloor (n + 2\,\text{pad} - k)/\text{stride} \rfloor + 1$, parameters
  $F(C k_h k_w + 1)$; filters span all channels.
- The layer is a cross-correlation, and equivariant away from borders; pooling over the
  whole map makes it invariant.
- Backwards: correlate $x$ with $\delta$ for the filter, convolve $\delta$ with the
  filter for $x$; the maximum sends $\delta$ to the winner.
- Convolutions alone map images to images; with dense layers or pooling they classify.

## Quiz
"""

# %%
conv_networks.quiz()

# %% [markdown]
r"""
## Assignment and reading

Now do the assignment of this lecture, **a04**. Next: how to
choose the first weights.

- K. Fukushima (1980), [doi:10.1007/BF00344251](https://doi.org/10.1007/BF00344251): shared, local weights, before backpropagation.
- Y. LeCun et al. (1989), [doi:10.1162/neco.1989.1.4.541](https://doi.org/10.1162/neco.1989.1.4.541), and (1998),
  [doi:10.1109/5.726791](https://doi.org/10.1109/5.726791): convolutional networks trained on digits.
- V. Dumoulin, F. Visin (2016), A guide to convolution arithmetic for deep learning, [arXiv:1603.07285](https://arxiv.org/abs/1603.07285).
- R. Zhang (2019), Making convolutional networks shift-invariant again, [arXiv:1904.11486](https://arxiv.org/abs/1904.11486).
- K. Zhang et al. (2017), [doi:10.1109/TIP.2017.2662206](https://doi.org/10.1109/TIP.2017.2662206): denoising with a CNN.
- Z. Luo et al. (2023), Image restoration with mean-reverting stochastic differential
  equations, [arXiv:2301.11699](https://arxiv.org/abs/2301.11699).
- I. Goodfellow, Y. Bengio, A. Courville (2016), *Deep Learning*, MIT Press, chapter 9.
"""
