"""Right solutions of assignment 4 in other words: each must get full points."""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def output_size_by_range(n, k, stride=1, pad=0):
    return len(range(0, n + 2 * pad - k + 1, stride))


def output_size_floor(n, k, stride=1, pad=0):
    return math.floor((n + 2 * pad - k) / stride) + 1


def output_size_one_division(n, k, stride=1, pad=0):
    return (n + 2 * pad - k + stride) // stride


def corr2d_views(x, kernel, stride=(1, 1), pad=(0, 0)):
    padded = np.zeros((x.shape[0] + 2 * pad[0], x.shape[1] + 2 * pad[1]))
    padded[pad[0] : pad[0] + x.shape[0], pad[1] : pad[1] + x.shape[1]] = x
    windows = sliding_window_view(padded, kernel.shape)[:: stride[0], :: stride[1]]
    return np.einsum("ijab,ab->ij", windows, kernel)


def corr2d_plain_python(x, kernel, stride=(1, 1), pad=(0, 0)):
    (height, width), (kh, kw) = x.shape, kernel.shape

    def pixel(k, m):
        inside = 0 <= k < height and 0 <= m < width
        return x[k, m] if inside else 0.0

    out = []
    for top in range(-pad[0], height + pad[0] - kh + 1, stride[0]):
        row = []
        for left in range(-pad[1], width + pad[1] - kw + 1, stride[1]):
            total = 0.0
            for a in range(kh):
                for b in range(kw):
                    total += kernel[a, b] * pixel(top + a, left + b)
            row.append(total)
        out.append(row)
    return out


def corr2d_by_shifts(x, kernel, stride=(1, 1), pad=(0, 0)):
    x = np.pad(x.astype(np.float32), [(p, p) for p in pad])
    rows, columns = x.shape[0] - len(kernel) + 1, x.shape[1] - len(kernel[0]) + 1
    out = np.zeros((rows, columns), dtype=np.float32)
    for (a, b), weight in np.ndenumerate(kernel):
        out += np.float32(weight) * x[a : a + rows, b : b + columns]
    return out[:: stride[0], :: stride[1]]


def conv_forward_plain_loops(x, W, b):
    (n_images, channels, height, width), (filters, _, kh, kw) = x.shape, W.shape
    out = np.empty((n_images, filters, height - kh + 1, width - kw + 1))
    for n, f, i, j in np.ndindex(out.shape):
        total = b[f]
        for c in range(channels):
            for a in range(kh):
                for d in range(kw):
                    total += W[f, c, a, d] * x[n, c, i + a, j + d]
        out[n, f, i, j] = total
    return out


def conv_forward_columns(x, W, b):
    windows = sliding_window_view(x, W.shape[2:], axis=(2, 3))
    n, c, rows, columns, kh, kw = windows.shape
    table = windows.transpose(0, 2, 3, 1, 4, 5).reshape(-1, c * kh * kw)
    out = table @ W.reshape(len(W), -1).T + b
    return out.reshape(n, rows, columns, len(W)).transpose(0, 3, 1, 2)


def conv_forward_by_shifts(x, W, b):
    x, W = np.float32(x), np.float32(W)
    rows, columns = x.shape[2] - W.shape[2] + 1, x.shape[3] - W.shape[3] + 1
    parts = [
        np.tensordot(W[:, :, a, d], x[:, :, a : a + rows, d : d + columns], (1, 1))
        for a, d in np.ndindex(W.shape[2:])
    ]
    return sum(parts).swapaxes(0, 1) + np.float32(b).reshape(1, -1, 1, 1)


def conv_backward_plain_loops(dout, x, W):
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), [0.0] * len(W)
    for (n, f, i, j), delta in np.ndenumerate(dout):
        db[f] += delta
        for c, a, d in np.ndindex(W.shape[1:]):
            dx[n, c, i + a, j + d] += delta * W[f, c, a, d]
            dW[f, c, a, d] += delta * x[n, c, i + a, j + d]
    return [dx, dW, db]


def conv_backward_full_correlation(dout, x, W):
    kh, kw = W.shape[2:]
    around = np.pad(dout, ((0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
    windows = sliding_window_view(around, (kh, kw), axis=(2, 3))
    dx = np.einsum("nfklab,fcab->nckl", windows, W[:, :, ::-1, ::-1])
    seen = sliding_window_view(x, dout.shape[2:], axis=(2, 3))
    return dx, np.einsum("ncabij,nfij->fcab", seen, dout), np.einsum("nfij->f", dout)


def conv_backward_by_shifts(dout, x, W):
    dout, x, W = np.float32(dout), np.float32(x), np.float32(W)
    (rows, columns), dx, dW = dout.shape[2:], np.zeros_like(x), np.zeros_like(W)
    for a, d in np.ndindex(W.shape[2:]):
        part = np.s_[:, :, a : a + rows, d : d + columns]
        dx[part] += np.einsum("nfij,fc->ncij", dout, W[:, :, a, d])
        dW[:, :, a, d] = np.tensordot(dout, x[part], ((0, 2, 3), (0, 2, 3)))
    return dx, dW, dout.sum(0).sum(1).sum(1)


def max_pool_by_loops(x, size):
    n, c, rows, columns = x.shape
    out = np.zeros((n, c, rows // size, columns // size))
    for i in range(rows // size):
        for j in range(columns // size):
            square = x[:, :, i * size : (i + 1) * size, j * size : (j + 1) * size]
            out[:, :, i, j] = square.reshape(n, c, -1).max(axis=-1)
    return out


def max_pool_of_slices(x, size):
    places = [x[:, :, a::size, b::size] for a in range(size) for b in range(size)]
    return np.maximum.reduce(places)


def max_pool_rows_then_columns(x, size):
    x = x.astype(np.float32)
    rows = np.maximum.reduceat(x, range(0, x.shape[2], size), axis=2)
    return np.maximum.reduceat(rows, range(0, x.shape[3], size), axis=3)


def max_pool_plain_python(x, size):
    rows, columns = x.shape[2:]
    return [
        [
            [
                [
                    max(image[i + a][j + b] for a in range(size) for b in range(size))
                    for j in range(0, columns, size)
                ]
                for i in range(0, rows, size)
            ]
            for image in images
        ]
        for images in x.tolist()
    ]


def max_pool_backward_by_loops(dout, x, size):
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        square = x[n, c, i * size : (i + 1) * size, j * size : (j + 1) * size]
        a, b = np.unravel_index(square.argmax(), square.shape)
        dx[n, c, i * size + a, j * size + b] = dout[n, c, i, j]
    return dx


def max_pool_backward_kron(dout, x, size):
    block = np.ones((1, 1, size, size))
    best = np.kron(max_pool_of_slices(x, size), block)
    return np.where(x == best, np.kron(dout, block), 0)


def max_pool_backward_of_slices(dout, x, size):
    best = max_pool_of_slices(x, size)
    dx = np.zeros(x.shape, dtype=np.float32)
    for a, b in np.ndindex(size, size):
        dx[:, :, a::size, b::size] = dout * (x[:, :, a::size, b::size] >= best)
    return dx


def count_parameters_by_shapes(layers):
    shapes = []
    for layer in layers:
        if layer[0] == "conv":
            _, C, F, kh, kw = layer
            shapes += [(F, C, kh, kw), (F,)]
        if layer[0] == "dense":
            shapes += [layer[1:], layer[2:]]
    return sum(np.prod(shape) for shape in shapes)


def count_parameters_table(layers):
    rules = {
        "conv": lambda C, F, kh, kw: C * F * kh * kw + F,
        "dense": lambda inputs, outputs: inputs * outputs + outputs,
        "pool": lambda size: 0,
    }
    return sum(rules[kind](*sizes) for kind, *sizes in layers)


def count_parameters_recursive(layers):
    if not layers:
        return 0
    (kind, *sizes), rest = layers[0], count_parameters_recursive(layers[1:])
    match kind:
        case "conv":
            return rest + math.prod(sizes) + sizes[1]
        case "dense":
            return rest + math.prod(sizes) + sizes[1]
    return rest


def as_matrix_entry_by_entry(kernel, H, W):
    kh, kw = kernel.shape
    rows, columns = H - kh + 1, W - kw + 1
    M = [[0.0] * (rows * columns) for _ in range(H * W)]
    for i in range(rows):
        for j in range(columns):
            for a in range(kh):
                for b in range(kw):
                    M[(i + a) * W + j + b][i * columns + j] = kernel[a][b]
    return M


def as_matrix_from_unit_images(kernel, H, W):
    rows = []
    for unit in np.eye(H * W):
        windows = sliding_window_view(unit.reshape(H, W), kernel.shape)
        rows.append(np.tensordot(windows, kernel, 2).ravel())
    return np.array(rows)


def as_matrix_kronecker(kernel, H, W):
    kh, kw = kernel.shape
    shifts = [
        value * np.kron(np.eye(H, H - kh + 1, -a), np.eye(W, W - kw + 1, -b))
        for (a, b), value in np.ndenumerate(kernel)
    ]
    return np.sum(shifts, axis=0)


ALTERNATIVES = {
    "output_size": [output_size_by_range, output_size_floor, output_size_one_division],
    "corr2d": [corr2d_views, corr2d_plain_python, corr2d_by_shifts],
    "conv_forward": [
        *(conv_forward_plain_loops, conv_forward_columns, conv_forward_by_shifts)
    ],
    "conv_backward": [
        *(conv_backward_plain_loops, conv_backward_full_correlation),
        conv_backward_by_shifts,
    ],
    "max_pool": [
        *(max_pool_by_loops, max_pool_of_slices, max_pool_rows_then_columns),
        max_pool_plain_python,
    ],
    "max_pool_backward": [
        *(max_pool_backward_by_loops, max_pool_backward_kron),
        max_pool_backward_of_slices,
    ],
    "count_parameters": [
        *(count_parameters_by_shapes, count_parameters_table),
        count_parameters_recursive,
    ],
    "as_matrix": [
        *(as_matrix_entry_by_entry, as_matrix_from_unit_images, as_matrix_kronecker)
    ],
}
