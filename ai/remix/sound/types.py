"""The shapes of arrays, as types."""

import numpy as np
from numpy.typing import NDArray

type Audio = NDArray[np.float32]
"""(frames, 2) unless said otherwise."""
type Floats = NDArray[np.float64]
type Integers = NDArray[np.int32] | NDArray[np.int64]
