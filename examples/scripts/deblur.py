"""Deblurring a photograph: Richardson-Lucy deconvolution with total-variation damping, against Wiener's filter.

usage: python deblur.py [--iterations 60] [--size 512] [--figure deblur.png]

The photograph is the portrait of Grace Hopper that comes with matplotlib. It is blurred as by a defocused and moving
camera, photon noise is added, and the two methods restore it. Boundaries are periodic; what is compared is the inside.
"""

import argparse
import time

import matplotlib.cbook
import matplotlib.image
import numpy as np
from scipy import fft

PHOTONS = 2000.0
BORDER = 24


def photograph(size):
    """The luminance of the centre of the portrait, between 0 and 1."""
    with matplotlib.cbook.get_sample_data("grace_hopper.jpg") as file:
        colours = matplotlib.image.imread(file, format="jpg")
    grey = np.asarray(colours)[..., :3] / 255.0 @ np.array([0.2126, 0.7152, 0.0722])
    top, left = (grey.shape[0] - size) // 4, (grey.shape[1] - size) // 2
    return grey[top : top + size, left : left + size]


def blur_kernel(size, radius=3.0, length=9.0, angle=0.5):
    """A disc, for lack of focus, times a stroke, for motion; its sum is 1 and its centre is at [0, 0]."""
    offset = fft.fftfreq(size, 1 / size)
    y, x = np.meshgrid(offset, offset, indexing="ij")
    # edges are one pixel wide, so that the kernel depends smoothly on its parameters
    disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1)
    along = x * np.cos(angle) + y * np.sin(angle)
    across = -x * np.sin(angle) + y * np.cos(angle)
    stroke = np.clip(length / 2 + 0.5 - np.abs(along), 0, 1) * np.clip(1 - np.abs(across), 0, 1)
    kernel = fft.irfft2(fft.rfft2(disc) * fft.rfft2(stroke), s=(size, size))
    kernel = np.maximum(kernel, 0)
    return kernel / kernel.sum()


def filtered(image, transfer):
    """Periodic convolution with the kernel whose transform is given."""
    return fft.irfft2(fft.rfft2(image) * transfer, s=image.shape)


def total_variation_curvature(image):
    """Divergence of the normalized gradient: minus the derivative of the total variation."""
    dx = np.roll(image, -1, axis=1) - image
    dy = np.roll(image, -1, axis=0) - image
    norm = np.sqrt(dx**2 + dy**2 + 1e-4)
    px, py = dx / norm, dy / norm
    return px - np.roll(px, 1, axis=1) + py - np.roll(py, 1, axis=0)


def richardson_lucy(observed, transfer, iterations, damping=0.002):
    """Maximum of the Poisson likelihood, damped by the total variation; also the divergence at each iteration."""
    estimate = np.full_like(observed, observed.mean())
    divergence = []
    for _ in range(iterations):
        predicted = np.maximum(filtered(estimate, transfer), 1e-6)
        correction = filtered(observed / predicted, np.conj(transfer))
        estimate = estimate * correction / (1 - damping * total_variation_curvature(estimate))
        estimate = np.clip(estimate, 1e-6, None)
        divergence.append(np.mean(predicted - observed * np.log(predicted)))
    return estimate, np.array(divergence)


def wiener(observed, transfer, noise):
    """The linear filter of least mean square error for white noise and a spectrum that falls as the inverse square."""
    size = observed.shape[0]
    k = np.hypot(fft.fftfreq(size, 1 / size)[:, None], fft.rfftfreq(size, 1 / size)[None, :])
    spectrum = (1 + k) ** -2.0
    spectrum *= np.var(observed) / np.mean(spectrum)
    level = observed.mean()  # the mean is known; the filter is for what varies
    return level + filtered(observed - level, np.conj(transfer) / (np.abs(transfer) ** 2 + noise / spectrum))


def peak_signal_to_noise(image, truth):
    """In decibel, of the inside of the picture."""
    inside = (slice(BORDER, -BORDER), slice(BORDER, -BORDER))
    return -10 * np.log10(np.mean((image[inside] - truth[inside]) ** 2))


def restore(size, iterations, seed=11):
    """Blur, expose and restore; return the pictures and their quality."""
    truth = photograph(size)
    transfer = fft.rfft2(blur_kernel(size))
    blurred = np.maximum(filtered(truth, transfer), 0)
    generator = np.random.default_rng(seed)
    # Anscombe: a Poisson count is close to the square of a normal number of variance 1/4
    observed = (np.sqrt(blurred) + generator.standard_normal(blurred.shape) / (2 * np.sqrt(PHOTONS))) ** 2
    lucy, divergence = richardson_lucy(observed, transfer, iterations)
    linear = wiener(observed, transfer, np.mean(blurred) / PHOTONS)
    pictures = {"truth": truth, "observed": observed, "Wiener": linear, "Richardson-Lucy": lucy}
    quality = {name: peak_signal_to_noise(picture, truth) for name, picture in pictures.items() if name != "truth"}
    return {"pictures": pictures, "quality": quality, "divergence": divergence}


def draw(file, result):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 4, figsize=(15, 4.2), layout="constrained")
    for axis, (name, picture) in zip(axes, result["pictures"].items()):
        axis.imshow(picture, cmap="gray", vmin=0, vmax=1)
        quality = result["quality"].get(name)
        axis.set(xticks=[], yticks=[], title=name if quality is None else f"{name}, {quality:.1f} dB")
    figure.savefig(file, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--iterations", type=int, default=60)
    parser.add_argument("--figure", metavar="FILE")
    options = parser.parse_args()
    began = time.perf_counter()
    result = restore(options.size, options.iterations)
    seconds = time.perf_counter() - began
    print(f"picture               {options.size} x {options.size}")
    print(f"iterations            {options.iterations}")
    print(f"seconds               {seconds:.2f}")
    for name, value in result["quality"].items():
        print(f"{name:<21} {value:.3f} dB")
    if options.figure:
        draw(options.figure, result)


if __name__ == "__main__":
    main()
