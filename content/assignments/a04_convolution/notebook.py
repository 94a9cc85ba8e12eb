# ---
# jupyter:
#   nncourse:
#     allow: [nnlib.testing, nnlib.viz.style]
# ---

# %% [markdown]
r"""
# Assignment 4: Convolution

You slide a window over an image, first with one filter, then with many on several
channels, and take the gradients back through it. Then you pool, count weights, and see
that a convolution is a dense layer with most of its weights missing.

**You will be able to**

- compute what a convolutional layer puts out, and how large it is;
- derive its backward pass and check it;
- pool, and send gradients back through a maximum;
- count the parameters of a network;
- write a convolution as a matrix, and say what that teaches.

**Time:** 4 hours. **Points:** 30, of which 24 are given by automatic checks and 6
for two written answers. **Before you start:** lectures 3 and 4.

**How to work.** Replace each `raise NotImplementedError(...)` by your own code. The cell
below each task checks it at once: it names what works, what does not, and gives hints.
Points are given for each named check, so half a solution is worth something. After you
hand in, further checks run on other inputs. Write each function so that it does not call
the functions of other tasks: then a slip in one costs you nothing in the next. No function
may change the arrays that it gets. Loops are welcome: the images are small.
"""

# %% [markdown]
r"""
## Notation

| symbol | shape | in code | meaning |
|---|---|---|---|
| $x$ | $(H, W)$ or $(N, C, H, W)$ | `x` | an image; or $N$ images with $C$ channels each |
| $V$ | $(k_h, k_w)$ | `kernel` | one filter for one channel |
| $W$ | $(F, C, k_h, k_w)$ | `W` | $F$ filters, each with one kernel per channel |
| $b$ | $(F,)$ | `b` | one bias per filter |
| | $(N, F, H', W')$ | `out` | outputs: one channel per filter |
| $\partial J / \partial \text{out}$ | as `out` | `dout` | the gradient that comes back |

The window is **not** flipped: what networks call a convolution is a cross-correlation.
"""

# %% nbgrader={"grade_id": "setup", "locked": true}
import numpy as np

from nnlib.testing import Rubric, assert_close

# The image and the kernel of lecture 4.
X_TOY = np.arange(9.0).reshape(3, 3)
KERNEL_TOY = np.array([[0.0, 1.0], [2.0, 3.0]])

# A handwritten 2 on 6 x 6 pixels: 0 is black, 1 is white.
TWO = np.array(
    [
        [0.0, 0.0, 0.8, 0.9, 0.6, 0.0],
        [0.0, 0.9, 0.6, 0.0, 0.8, 0.0],
        [0.0, 0.0, 0.0, 0.0, 0.9, 0.0],
        [0.0, 0.0, 0.0, 0.9, 0.6, 0.0],
        [0.0, 0.0, 0.9, 0.0, 0.0, 0.0],
        [0.0, 0.8, 0.9, 0.9, 0.9, 0.9],
    ]
)

# %% [markdown]
r"""
## Task 4.1: How large is the output? (2 points)

An axis of $n$ pixels gets `pad` zeros on **each** side; a window of $k$ pixels moves over
it in steps of `stride`. It stops where it no longer fits:

$$n_{\text{out}} = \left\lfloor \frac{n + 2\,\text{pad} - k}{\text{stride}} \right\rfloor
+ 1 .$$

Write `output_size(n, k, stride=1, pad=0)`.

**Example.** `output_size(6, 3)` is 4, `output_size(6, 3, pad=1)` is 6, and
`output_size(6, 3, stride=2, pad=1)` is 3.
"""


# %% nbgrader={"grade_id": "output_size", "solution": true}
def output_size(n, k, stride=1, pad=0):
    """Return the number of places of a window of k on n pixels."""
    ### BEGIN SOLUTION
    return (n + 2 * pad - k) // stride + 1
    ### END SOLUTION
    raise NotImplementedError("Task 4.1: return the size of the output")


# %% nbgrader={"grade_id": "test_output_size", "grade": true, "locked": true, "points": 2}
r = Rubric(points=2)
with r.check("stride 1", hint="A window as large as the image fits once, not 0 times."):
    assert_close(output_size(6, 3), 4, name="output_size(6, 3)")
    assert_close(output_size(5, 5), 1, name="output_size(5, 5)")
with r.check("with padding", hint="Zeros are added on both sides."):
    assert_close(output_size(6, 3, pad=1), 6, name="output_size(6, 3, pad=1)")
### BEGIN HIDDEN TESTS
with r.check(
    "with a stride",
    weight=2,
    hidden=True,
    hint="Count by hand: n = 7, k = 2, stride 3. The window starts at 0 and 3 only.",
):
    got = [output_size(7, 2, stride=3), output_size(9, 4, stride=2)]
    assert_close(got, [2, 3], name="sizes with a stride")
    got = [output_size(8, 5, 3, 2), output_size(10, 3, 4, 1), output_size(6, 3, 2, 1)]
    assert_close(got, [3, 3, 3], name="sizes with stride and padding")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 4.2: One image, one kernel (3 points)

Put `pad` rings of zeros around the image, then let the window slide:

$$\text{out}_{ij} = \sum_{a=0}^{k_h - 1} \sum_{b=0}^{k_w - 1} V_{ab}\;
x^{\text{padded}}_{\,i\,s_h + a,\; j\,s_w + b} .$$

Write `corr2d(x, kernel, stride=(1, 1), pad=(0, 0))`. `x` has shape $(H, W)$; `stride` is
$(s_h, s_w)$, rows first; `pad` gives the zeros on each side of the rows and of the columns.

**Example.** `corr2d(X_TOY, KERNEL_TOY)` is `[[19. 25.] [37. 43.]]`, where 19 is
$0 \cdot 0 + 1 \cdot 1 + 2 \cdot 3 + 3 \cdot 4$. With `stride=(3, 2)` and `pad=(1, 1)` it is
`[[0. 8.] [6. 8.]]`.
"""


# %% nbgrader={"grade_id": "corr2d", "solution": true}
def corr2d(x, kernel, stride=(1, 1), pad=(0, 0)):
    """Return the cross-correlation of an image with a kernel."""
    ### BEGIN SOLUTION
    (sh, sw), (ph, pw), (kh, kw) = stride, pad, kernel.shape
    padded = np.pad(x, ((ph, ph), (pw, pw)))
    rows = (padded.shape[0] - kh) // sh + 1
    columns = (padded.shape[1] - kw) // sw + 1
    out = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            window = padded[i * sh : i * sh + kh, j * sw : j * sw + kw]
            out[i, j] = np.sum(window * kernel)
    return out
    ### END SOLUTION
    raise NotImplementedError("Task 4.2: return the cross-correlation")


# %% nbgrader={"grade_id": "test_corr2d", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check(
    "the example of lecture 4",
    weight=2,
    hint="The kernel is laid on the image as it is, not turned round.",
):
    got = corr2d(X_TOY.copy(), KERNEL_TOY.copy())
    assert_close(got, [[19.0, 25.0], [37.0, 43.0]], name="out")
with r.check(
    "with stride and padding",
    hint="The image with its zeros has 5 x 5 pixels; the window moves 3 down, 2 right.",
):
    got = corr2d(X_TOY.copy(), KERNEL_TOY.copy(), stride=(3, 2), pad=(1, 1))
    assert_close(got, [[0.0, 8.0], [6.0, 8.0]], name="out")
### BEGIN HIDDEN TESTS
from nnlib import conv as library

with r.check(
    "nothing is square",
    weight=2,
    hidden=True,
    hint="Rows and columns, of the image and of the kernel, all differ.",
):
    rng = np.random.default_rng(42)
    x, kernel = rng.normal(0.0, 1.0, (4, 6)), rng.normal(0.0, 1.0, (3, 2))
    before = x.copy()
    assert_close(corr2d(x, kernel), library.corr2d(before, kernel), name="out")
    assert_close(x, before, name="x after the call")
with r.check(
    "unequal strides and paddings",
    weight=2,
    hidden=True,
    hint="The first number belongs to the rows. Where the window no longer fits, stop.",
):
    x, kernel = rng.normal(0.0, 1.0, (6, 5)), rng.normal(0.0, 1.0, (2, 3))
    for stride, pad in (((2, 1), (0, 0)), ((1, 1), (0, 2)), ((3, 2), (2, 1))):
        want = library.corr2d(x, kernel, stride, pad)
        got = corr2d(x.copy(), kernel.copy(), stride, pad)
        assert_close(got, want, name=f"out for stride {stride} and pad {pad}")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
### Look at what you have built

The next cell lets three kernels slide over the handwritten 2. Before you run it: which
kernel answers to the horizontal foot of the digit?
"""

# %%
from nnlib.viz import show, style

style()
kernels = {
    "mean of 9 pixels": np.full((3, 3), 1 / 9),
    "bright below dark": np.array([[-1.0] * 3, [0.0] * 3, [1.0] * 3]) / 3,
    "bright right of dark": np.array([[-1.0, 0.0, 1.0]] * 3) / 3,
}
try:
    import matplotlib.pyplot as plt

    images = [corr2d(TWO, kernel, pad=(1, 1)) for kernel in kernels.values()]
except (ImportError, NotImplementedError) as missing:
    print(f"The figure needs task 4.2. What is missing: {missing}")
else:
    fig, axes = plt.subplots(1, 4, figsize=(11, 3))
    named = zip(["the image", *kernels], [TWO, *images], axes, strict=True)
    for title, image, ax in named:
        mesh = ax.imshow(image, vmin=-1, vmax=1)
        ax.set(title=title, xticks=[], yticks=[])
        ax.grid(False)
    fig.colorbar(mesh, ax=axes, label="pixel", ticks=[-1, 0, 1])
    show(
        fig,
        alt="Four images of 6 by 6 pixels: the handwritten 2, and what three kernels "
        "make of it. The mean blurs it. The second kernel is positive above bright "
        "rows, most of all above the foot of the digit, and negative below its top. "
        "The third is positive left of bright pixels and negative right of them.",
    )

# %% [markdown]
r"""
## Task 4.3: Many channels, many filters (4 points)

A filter has one kernel per input channel; it adds up what they say, plus its bias:

$$\text{out}_{nfij} = b_f + \sum_{c} \sum_{a,b} W_{fcab}\; x_{n,c,\,i+a,\,j+b} .$$

Write `conv_forward(x, W, b)` for stride 1 without padding. `x` is $(N, C, H, W)$, `W` is
$(F, C, k_h, k_w)$, `b` is $(F,)$, and the result $(N, F, H - k_h + 1, W - k_w + 1)$.

**Example.** One image with two channels, `X_TOY` and `X_TOY + 1`; one filter whose kernels
are `KERNEL_TOY` and `KERNEL_TOY + 1`; bias 0.5: the output is
`[[[[ 56.5 72.5] [104.5 120.5]]]]`.
"""


# %% nbgrader={"grade_id": "conv_forward", "solution": true}
def conv_forward(x, W, b):
    """Return the output (N, F, H - kh + 1, W - kw + 1) of a convolutional layer."""
    ### BEGIN SOLUTION
    kh, kw = W.shape[2:]
    rows, columns = x.shape[2] - kh + 1, x.shape[3] - kw + 1
    out = np.zeros((len(x), len(W), rows, columns))
    for i in range(rows):
        for j in range(columns):
            windows = x[:, :, i : i + kh, j : j + kw]
            out[:, :, i, j] = np.einsum("ncab,fcab->nf", windows, W) + b
    return out
    ### END SOLUTION
    raise NotImplementedError("Task 4.3: return the output of the layer")


# %% nbgrader={"grade_id": "test_conv_forward", "grade": true, "locked": true, "points": 4}
r = Rubric(points=4)
with r.check(
    "two channels, one filter",
    hint="Each channel meets its own kernel; add up both, and the bias once.",
):
    x = np.stack([X_TOY, X_TOY + 1])[None]
    W = np.stack([KERNEL_TOY, KERNEL_TOY + 1])[None]
    got = conv_forward(x, W, np.array([0.5]))
    assert_close(got, [[[[56.5, 72.5], [104.5, 120.5]]]], name="out")
with r.check(
    "one channel, two filters",
    hint="The second axis of the result belongs to the filters, each with its own bias.",
):
    W = np.stack([KERNEL_TOY, -KERNEL_TOY])[:, None]
    got = conv_forward(X_TOY[None, None].copy(), W, np.array([1.0, 2.0]))
    want = [[[[20.0, 26.0], [38.0, 44.0]], [[-17.0, -23.0], [-35.0, -41.0]]]]
    assert_close(got, want, name="out")
### BEGIN HIDDEN TESTS
from nnlib import conv as library

with r.check(
    "all sizes differ",
    weight=2,
    hidden=True,
    hint="Two images, three channels, four filters, 5 x 6 pixels, kernels of 2 x 3.",
):
    rng = np.random.default_rng(43)
    x, W = rng.normal(0.0, 1.0, (2, 3, 5, 6)), rng.normal(0.0, 1.0, (4, 3, 2, 3))
    b, before = rng.normal(0.0, 1.0, 4), x.copy()
    want = library.conv2d_naive(x, W, b)
    assert_close(conv_forward(x, W, b), want, name="out")
    assert_close(x, before, name="x after the call")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 4.4: The way back (5 points)

Each weight touches every place of every image; each pixel is seen by several windows. So
the chain rule sums:

$$\frac{\partial J}{\partial W_{fcab}} = \sum_{n,i,j} \delta_{nfij}\;
x_{n,c,\,i+a,\,j+b}, \qquad
\frac{\partial J}{\partial b_f} = \sum_{n,i,j} \delta_{nfij},$$

$$\frac{\partial J}{\partial x_{nckl}} = \sum_{f} \sum_{a,b} W_{fcab}\;
\delta_{n,f,\,k-a,\,l-b}, \qquad \delta = \frac{\partial J}{\partial \text{out}},$$

where $\delta$ counts as 0 outside of the output. A way to program the last sum: for every
output place, add $\delta$ times the filter to the window that it came from.

Write `conv_backward(dout, x, W)` for the layer of task 4.3. It returns `dx, dW, db`.

**Example.** One image `X_TOY`, one filter `KERNEL_TOY` and `dout` all ones:
`dx` is `[[0. 1. 1.] [2. 6. 4.] [2. 5. 3.]]`, `dW` is `[[ 8. 12.] [20. 24.]]`, `db` is
`[4.]` (with two more axes of length 1 for `dx` and `dW`).
"""


# %% nbgrader={"grade_id": "conv_backward", "solution": true}
def conv_backward(dout, x, W):
    """Return dx, dW, db of a convolutional layer with stride 1 and no padding."""
    ### BEGIN SOLUTION
    kh, kw = W.shape[2:]
    dx, dW = np.zeros(x.shape), np.zeros(W.shape)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            delta = dout[:, :, i, j]
            windows = x[:, :, i : i + kh, j : j + kw]
            dW += np.einsum("nf,ncab->fcab", delta, windows)
            dx[:, :, i : i + kh, j : j + kw] += np.einsum("nf,fcab->ncab", delta, W)
    return dx, dW, dout.sum(axis=(0, 2, 3))
    ### END SOLUTION
    raise NotImplementedError("Task 4.4: return dx, dW, db")


# %% nbgrader={"grade_id": "test_conv_backward", "grade": true, "locked": true, "points": 5}
r = Rubric(points=5)
with r.check(
    "the filter of the example",
    hint="dW is a correlation of the image with dout; db is the sum of dout.",
):
    x, W = X_TOY[None, None].copy(), KERNEL_TOY[None, None].copy()
    _, dW, db = conv_backward(np.ones((1, 1, 2, 2)), x, W)
    assert_close(dW, [[[[8.0, 12.0], [20.0, 24.0]]]], name="dW")
    assert_close(db, [4.0], name="db")
with r.check(
    "the image of the example",
    hint="The middle pixel lies in all four windows, and each adds another weight.",
):
    x, W = X_TOY[None, None].copy(), KERNEL_TOY[None, None].copy()
    dx, _, _ = conv_backward(np.ones((1, 1, 2, 2)), x, W)
    want = [[[[0.0, 1.0, 1.0], [2.0, 6.0, 4.0], [2.0, 5.0, 3.0]]]]
    assert_close(dx, want, name="dx")
### BEGIN HIDDEN TESTS
from nnlib import conv as library

rng = np.random.default_rng(44)
x, W = rng.normal(0.0, 1.0, (2, 3, 5, 4)), rng.normal(0.0, 1.0, (4, 3, 2, 3))
out, cache = library.conv2d(x, W, np.zeros(4))
dout = rng.normal(0.0, 1.0, out.shape)
want_dx, want_dW, want_db = library.conv2d_backward(dout, cache)

with r.check(
    "the filters, random dout",
    weight=2,
    hidden=True,
    hint="Sum over the images and the places; nothing is divided by N.",
):
    _, dW, db = conv_backward(dout.copy(), x.copy(), W.copy())
    assert_close(dW, want_dW, name="dW")
    assert_close(db, want_db, name="db")
with r.check(
    "the images, random dout",
    weight=2,
    hidden=True,
    hint="Each pixel collects from all filters and all windows it lies in.",
):
    dx, _, _ = conv_backward(dout.copy(), x.copy(), W.copy())
    assert_close(dx, want_dx, name="dx")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 4.5: Max pooling (2 points)

Cut each channel into squares of `size` x `size` pixels that do not overlap, and keep the
largest pixel of each. Write `max_pool(x, size)` for `x` of shape $(N, C, H, W)$; $H$ and
$W$ are multiples of `size`. The result has shape $(N, C, H/\text{size}, W/\text{size})$.

**Example.** For one channel `[[1, 2, 5, 3], [4, 0, 1, 1]]` and `size=2` it is `[[4, 5]]`.
"""


# %% nbgrader={"grade_id": "max_pool", "solution": true}
def max_pool(x, size):
    """Return the largest entry of each square of size x size."""
    ### BEGIN SOLUTION
    n, c, rows, columns = x.shape
    squares = x.reshape(n, c, rows // size, size, columns // size, size)
    return squares.max(axis=(3, 5))
    ### END SOLUTION
    raise NotImplementedError("Task 4.5: return the pooled images")


# %% nbgrader={"grade_id": "test_max_pool", "grade": true, "locked": true, "points": 2}
r = Rubric(points=2)
with r.check("one channel", hint="Two squares side by side give two numbers."):
    got = max_pool(np.array([[[[1.0, 2.0, 5.0, 3.0], [4.0, 0.0, 1.0, 1.0]]]]), 2)
    assert_close(got, [[[[4.0, 5.0]]]], name="out")
### BEGIN HIDDEN TESTS
with r.check(
    "negative pixels, another size, all axes differ",
    hidden=True,
    hint="Each image and channel by itself; the largest of negative numbers is not 0.",
):
    x = np.random.default_rng(45).normal(-3.0, 1.0, (2, 4, 6, 9))
    before = x.copy()
    want = np.zeros((2, 4, 2, 3))
    for n, c, i, j in np.ndindex(want.shape):
        want[n, c, i, j] = np.max(x[n, c, 3 * i : 3 * i + 3, 3 * j : 3 * j + 3])
    assert_close(max_pool(x, 3), want, name="out")
    assert_close(x, before, name="x after the call")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 4.6: Back through the maximum (3 points)

Only the largest pixel of a square decides its output. So the whole gradient of a square
goes to that pixel; all others get 0.

Write `max_pool_backward(dout, x, size)` for the layer of task 4.5. It returns `dx` in the
shape of `x`. You may assume that the largest pixel of each square is the only one of its
value.

**Example.** With the channel of task 4.5 and `dout` equal to `[[10, 20]]`, `dx` is
`[[0, 0, 20, 0], [10, 0, 0, 0]]`.
"""


# %% nbgrader={"grade_id": "max_pool_backward", "solution": true}
def max_pool_backward(dout, x, size):
    """Return dJ/dx of max pooling, in the shape of x."""
    ### BEGIN SOLUTION
    n, c, rows, columns = x.shape
    squares = x.reshape(n, c, rows // size, size, columns // size, size)
    largest = squares == squares.max(axis=(3, 5), keepdims=True)
    return (largest * dout[:, :, :, None, :, None]).reshape(x.shape)
    ### END SOLUTION
    raise NotImplementedError("Task 4.6: return dx")


# %% nbgrader={"grade_id": "test_max_pool_backward", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check("one channel", hint="Where was the largest pixel of each square?"):
    x = np.array([[[[1.0, 2.0, 5.0, 3.0], [4.0, 0.0, 1.0, 1.0]]]])
    got = max_pool_backward(np.array([[[[10.0, 20.0]]]]), x, 2)
    want = [[[[0.0, 0.0, 20.0, 0.0], [10.0, 0.0, 0.0, 0.0]]]]
    assert_close(got, want, name="dx")
### BEGIN HIDDEN TESTS
with r.check(
    "random dout, all axes differ",
    weight=2,
    hidden=True,
    hint="dout may be negative. Every image and channel has its own largest pixels.",
):
    rng = np.random.default_rng(46)
    x, dout = rng.normal(-1.0, 2.0, (3, 2, 6, 9)), rng.normal(0.0, 1.0, (3, 2, 2, 3))
    inputs = dout.copy(), x.copy()
    want = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        square = x[n, c, 3 * i : 3 * i + 3, 3 * j : 3 * j + 3]
        a, b = divmod(int(np.argmax(square)), 3)
        want[n, c, 3 * i + a, 3 * j + b] = dout[n, c, i, j]
    assert_close(max_pool_backward(*inputs, 3), want, name="dx")
    assert_close(inputs[0], dout, name="dout after the call")
    assert_close(inputs[1], x, name="x after the call")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 4.7: Count the parameters (2 points)

A network is given as a list of layers, each a tuple:

- `("conv", C, F, kh, kw)`: `F` filters on `C` channels, with one bias per filter;
- `("dense", inputs, outputs)`: a weight for each pair, with one bias per output;
- `("pool", size)`: nothing to learn.

Write `count_parameters(layers)`: the number of all weights and biases together.

**Example.** `count_parameters([("conv", 4, 6, 3, 3)])` is 222, and
`count_parameters([("dense", 50, 10)])` is 510.
"""


# %% nbgrader={"grade_id": "count_parameters", "solution": true}
def count_parameters(layers):
    """Return the number of weights and biases of all layers."""
    ### BEGIN SOLUTION
    total = 0
    for kind, *sizes in layers:
        if kind == "conv":
            channels, filters, kh, kw = sizes
            total += filters * (channels * kh * kw + 1)
        elif kind == "dense":
            inputs, outputs = sizes
            total += outputs * (inputs + 1)
    return total
    ### END SOLUTION
    raise NotImplementedError("Task 4.7: return the number of parameters")


# %% nbgrader={"grade_id": "test_count_parameters", "grade": true, "locked": true, "points": 2}
r = Rubric(points=2)
with r.check(
    "a convolutional layer",
    hint="A filter spans all channels; each filter has one bias.",
):
    assert_close(count_parameters([("conv", 4, 6, 3, 3)]), 222, name="the count")
with r.check("a dense layer", hint="One weight per pair, one bias per output."):
    assert_close(count_parameters([("dense", 50, 10)]), 510, name="the count")
### BEGIN HIDDEN TESTS
with r.check(
    "other convolutional layers",
    hidden=True,
    hint="Kernels need not be square, and C need not be near F.",
):
    got = [count_parameters([("conv", *s)]) for s in ((3, 8, 5, 2), (1, 7, 4, 4))]
    assert_close(got, [248, 119], name="the counts")
with r.check(
    "a whole network",
    hidden=True,
    hint="Add up all layers; pooling has nothing to learn.",
):
    network = [("conv", 1, 4, 3, 3), ("pool", 2), ("conv", 4, 6, 3, 3)]
    network += [("dense", 54, 50), ("dense", 50, 10)]
    assert_close(count_parameters(network), 3522, name="the count")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 4.8: Convolution is a matrix (3 points)

Write all pixels of an image in one row, `x.ravel()`. Then each output pixel is a weighted
sum of them, so there is a matrix $M$ with

$$\texttt{x.ravel() @ M} \;=\; \texttt{corr2d(x, kernel).ravel()} .$$

It has $H W$ rows and one column per output pixel. Column $(i, j)$ holds the kernel at the
pixels of its window and 0 elsewhere.

Write `as_matrix(kernel, H, W)` for an image of $H \times W$ pixels, stride 1, no padding.

**Example.** `as_matrix(KERNEL_TOY, 3, 3)` has shape $(9, 4)$; its first column is
`[0. 1. 0. 2. 3. 0. 0. 0. 0.]`, its last `[0. 0. 0. 0. 0. 1. 0. 2. 3.]`.
"""


# %% nbgrader={"grade_id": "as_matrix", "solution": true}
def as_matrix(kernel, H, W):
    """Return the matrix M, (H W, number of outputs), that does what the kernel does."""
    ### BEGIN SOLUTION
    kh, kw = kernel.shape
    rows, columns = H - kh + 1, W - kw + 1
    M = np.zeros((H, W, rows, columns))
    for i in range(rows):
        for j in range(columns):
            M[i : i + kh, j : j + kw, i, j] = kernel
    return M.reshape(H * W, -1)
    ### END SOLUTION
    raise NotImplementedError("Task 4.8: return the matrix")


# %% nbgrader={"grade_id": "test_as_matrix", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check("its shape", hint="One row per input pixel, one column per output pixel."):
    shape = np.shape(as_matrix(KERNEL_TOY.copy(), 3, 3))
    assert shape == (9, 4), f"the shape is {shape}, expected (9, 4)"
with r.check(
    "first and last column",
    hint="Pixel (k, l) of the image stands in row k W + l.",
):
    M = np.array(as_matrix(KERNEL_TOY.copy(), 3, 3))
    assert_close(M[:, 0], [0, 1, 0, 2, 3, 0, 0, 0, 0], name="the first column")
    assert_close(M[:, 3], [0, 0, 0, 0, 0, 1, 0, 2, 3], name="the last column")
### BEGIN HIDDEN TESTS
with r.check(
    "nothing is square",
    weight=2,
    hidden=True,
    hint="Try 5 x 6 pixels and a kernel of 3 x 2: three rows of five outputs.",
):
    rng = np.random.default_rng(48)
    kernel, x = rng.normal(0.0, 1.0, (3, 2)), rng.normal(0.0, 1.0, (5, 6))
    want = np.zeros((3, 5))
    for i, j in np.ndindex(want.shape):
        want[i, j] = np.sum(kernel * x[i : i + 3, j : j + 2])
    M = np.array(as_matrix(kernel.copy(), 5, 6))
    assert_close(x.ravel() @ M, want.ravel(), name="x.ravel() @ M")
    zeros = np.sum(M == 0)
    assert zeros == 360, f"{zeros} entries are 0, expected 360 of 450"
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Question 4.9: When does turning not matter? (3 points)

The convolution of mathematics turns the kernel by half a turn, the layer of a network does
not.

(a) For which kernels do both give the same on every image? Give a 3 x 3 example that is not
constant, and one for which they differ.

(b) Why does it make no difference for a network that *learns* its kernels?

(c) The gradient $\partial J / \partial x$ in task 4.4 contains $\delta_{k-a,\,l-b}$. Which
of the two operations is it, on which padded image?
"""

# %% [markdown] nbgrader={"grade_id": "turning", "grade": true, "solution": true, "points": 3}
r"""
### BEGIN SOLUTION
**Answer.**

(a) Exactly if the kernel is symmetric under half a turn, $V_{ab} = V_{k_h-1-a,\,k_w-1-b}$.
(If they agree on every image, then on images with one bright pixel, and these show each
entry.) Same: `[[1, 2, 3], [4, 5, 4], [3, 2, 1]]`. Different: `[[0, 0, 0], [-1, 0, 1],
[0, 0, 0]]`, where the sign changes.

(b) Training would find the turned kernel in place of the other: the two layers can compute
exactly the same functions, only the names of the weights differ.

(c) A true convolution of $\delta$ with the filter. As a cross-correlation: with the turned
kernel, on $\delta$ with $k_h - 1$ rows and $k_w - 1$ columns of zeros on each side.

**Marks.** 1 point for (a): the condition (half) and both examples (half; mirror symmetry in
one direction only is not enough). 1 point for (b): the same set of functions. 1 point for
(c): convolution or turned kernel (half), padding by $k - 1$ (half).
### END SOLUTION
"""

# %% [markdown]
r"""
## Question 4.10: What the matrix teaches (3 points)

Compare the convolution of task 4.8, with a 3 x 3 kernel on 28 x 28 pixels, with a dense
layer that has the same inputs and outputs.

(a) How many weights has the dense layer? How many entries of $M$ are not 0, and how many
different weights does the convolution learn? Which two properties do the two reductions
show?

(b) A digit moves two pixels to the right (and stays inside). What happens to the output of
the convolution? Is that *equivariance* or *invariance*? What could follow the layer to get
the other one?

(c) Name a kind of data for which a dense layer is the better choice, with a reason.
"""

# %% [markdown] nbgrader={"grade_id": "matrix", "grade": true, "solution": true, "points": 3}
r"""
### BEGIN SOLUTION
**Answer.**

(a) There are $26 \cdot 26 = 676$ outputs, so the dense layer has $784 \cdot 676 =
529\,984$ weights. $M$ has 9 entries per column, $6084$ that are not 0: sparse interactions
(locality). All columns hold the same 9 numbers: parameter sharing, 9 weights are learnt
(plus a bias).

(b) The output moves two pixels to the right as well: equivariance. A global maximum or
mean over all places makes it invariant (pooling over small squares only roughly).

(c) Data whose inputs have no neighbourhood, such as a table with age, income and blood
pressure: neighbours mean nothing, and the same pattern elsewhere means something else.

**Marks.** 1 point for (a): the three numbers (half) and the two properties (half). 1 point
for (b): equivariance with the moved output (half), global pooling (half). 1 point for (c):
an example with the reason that position carries meaning or order is arbitrary.
### END SOLUTION
"""
