/*
 * The text of weight-spectrum.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef WEIGHT_SPECTRUM_TEXT_H
#define WEIGHT_SPECTRUM_TEXT_H

/* clang-format off */
#define WEIGHT_SPECTRUM_DETAILS \
    "## System\n" \
    "A layer is a matrix W of N rows and M columns, N >= M whichever way it is stored, Q = N/M. Its correlation matrix is\n" \
    "X = W^T W / N, with eigenvalues lambda. A convolution [out][in][k].. is one matrix out x in for every place of its\n" \
    "kernel; their eigenvalues are pooled. Tensors with another number of dimensions (biases, norms) are passed over.\n" \
    "\n" \
    "## The table `layers`\n" \
    "* `alpha`, `sigma`, `x_min`, `distance`, `tail`: power law lambda^-alpha of the tail by maximum likelihood, x_min by the\n" \
    "  smallest Kolmogorov-Smirnov distance D (Clauset, Shalizi and Newman 2009), sigma = (alpha - 1)/sqrt(tail); the numbers\n" \
    "  of the Python package `powerlaw` and of WeightWatcher. `p`: goodness of fit by semi-parametric bootstrap.\n" \
    "* `alpha_hat` = alpha log10 lambda_max, `log_alpha_norm` = log10 sum lambda^alpha, `stable_rank` = sum lambda / lambda_max.\n" \
    "* `lambda_pl`, `lambda_erg`, `delta`: of eigenvalues rescaled to mean 1: x_min; the eigenvalue at which the product of the\n" \
    "  eigenvalues, taken from the largest downwards, falls below 1; their difference, 0 at ideal learning by SETOL.\n" \
    "* `mp_edge`, `soft_rank`, `spikes`: upper edge variance (1 + 1/sqrt Q)^2 of Marchenko and Pastur, the variance taken from\n" \
    "  what lies below it; edge / lambda_max; eigenvalues above it.\n" \
    "* `traps`: eigenvalues of the matrix with shuffled elements above its edge plus the width sqrt(Q^-1/2 edge^2/3 M^-2/3)\n" \
    "  (correlation traps); only for matrices.\n" \
    "* `label`: alpha < 2 over-trained, > 6 under-trained; with less than 50 eigenvalues no fit means anything (too-small);\n" \
    "  a matrix whose positive eigenvalues are all equal, or that is 0, has none.\n" \
    "\n" \
    "`normalization=gram` gives lambda_max, x_min, alpha_hat, log_alpha_norm and mp_edge for W^T W, as WeightWatcher does.\n" \
    "\n" \
    "## The table `quality`\n" \
    "Layer quality squared, the sum over the tail with product 1 of the integral of R(z) from its smallest to each rescaled\n" \
    "eigenvalue. R: `discrete`, the mean of the tail; `inverse_mp`, (kappa - sqrt(kappa (kappa - 2z)))/z with kappa =\n" \
    "(Q - 1)/2, the real part; `levy`, z^(alpha - 2); `computed`, the series of the tail's free cumulants.\n" \
    "\n" \
    "## Files\n" \
    "`.safetensors`, `.npy`, `.npz` and the zip files of PyTorch's torch.save. Of a PyTorch file only dictionaries of tensors\n" \
    "are understood; nothing in it is run, everything else is refused by its name and place.\n" \
    "\n" \
    "## References\n" \
    "C. H. Martin and C. Hinrichs, arXiv:2507.17912 (2025). C. H. Martin, T. Peng and M. W. Mahoney, Nat. Commun. 12, 4122\n" \
    "(2021). A. Clauset, C. R. Shalizi and M. E. J. Newman, SIAM Review 51, 661 (2009). V. A. Marchenko and L. A. Pastur (1967).\n"

#define MLP_SPECTRA_DETAILS \
    "## System\n" \
    "A network of dense layers with ReLU units (784-300-100-10 for MNIST), softmax and cross entropy, is trained by plain\n" \
    "stochastic gradient descent: no momentum, no decay, mean of the loss over the batch. Start: Glorot's normal law with\n" \
    "variance 2/(in + out), biases 0. Pixels are divided by 255. After every epoch the eigenvalues of W^T W / N of each hidden\n" \
    "layer with at least 50 of them are fitted as in `weight-spectrum`: a power law, the tail with product 1, traps.\n" \
    "\n" \
    "The run ends when the training loss, the mean over an epoch's batches, has not fallen by more than `improvement` below its\n" \
    "lowest value for `patience` epochs. A part `holdout` of the training images is left out, as the authors do. The initial weights\n" \
    "depend on `initial` and the replica alone, so that all settings start from the same ones. A run whose loss or weights are no longer\n" \
    "finite ends there: `diverged` is its epoch, everything else is not a number.\n" \
    "\n" \
    "## Data\n" \
    "`data` names the file of the training images in idx format, plain or gzipped: the labels are sought beside it\n" \
    "(train-images-idx3-ubyte and train-labels-idx1-ubyte), the test images too (t10k-images-idx3-ubyte). Where there are none, as for\n" \
    "data=t10k-images-idx3-ubyte.gz, the part `test` of the images is kept for testing: less is learned from less data, and a note\n" \
    "in the results says so. data=blobs needs no file: ten classes of smooth spots that move by up to two pixels, with noise.\n" \
    "\n" \
    "## Errors in percent, losses in nats\n" \
    "`train_error` and `train_loss` are those met during the epoch, before each step, as the authors record them. With\n" \
    "truncation=yes both hidden layers are cut down to their tails, lambda >= x_min or lambda >= lambda_ERG, and tested: the columns\n" \
    "are the increase of the test error.\n" \
    "\n" \
    "## References\n" \
    "C. H. Martin and C. Hinrichs, arXiv:2507.17912 (2025), section 6. X. Glorot and Y. Bengio, AISTATS 9, 249 (2010).\n"
/* clang-format on */

#endif
