"""The shape of an activation: arrays in, arrays out. No model, no store; use it alone.

>>> import numpy as np
>>> from inscape import shape
>>> X = np.random.default_rng(0).normal(size=(100, 8))
>>> shape.pca(X, dims=2).coordinates.shape
(100, 2)
"""

from __future__ import annotations

from inscape.shape.bundling import bundle as bundle
from inscape.shape.discriminant import discriminant as discriminant
from inscape.shape.neighbors import Neighbors as Neighbors
from inscape.shape.neighbors import neighbor_recall as neighbor_recall
from inscape.shape.neighbors import neighbors as neighbors
from inscape.shape.neighbors import searches_all as searches_all
from inscape.shape.pca import PCA as PCA
from inscape.shape.pca import pca as pca
from inscape.shape.placing import place as place
from inscape.shape.procrustes import procrustes as procrustes
from inscape.shape.quality import Quality as Quality
from inscape.shape.quality import qualities as qualities
from inscape.shape.quality import quality as quality
from inscape.shape.similarity import cka as cka
from inscape.shape.similarity import procrustes_distance as procrustes_distance
from inscape.shape.similarity import similarity_matrix as similarity_matrix
from inscape.shape.tour import GrandTour as GrandTour
from inscape.shape.tour import TourState as TourState
from inscape.shape.trails import Parting as Parting
from inscape.shape.trails import parting as parting
from inscape.shape.tsne import tsne as tsne
from inscape.shape.umap import umap as umap
from inscape.shape.unit_map import UnitMap as UnitMap
from inscape.shape.unit_map import unit_map as unit_map
from inscape.shape.unit_power import unit_auc as unit_auc
from inscape.shape.unit_power import unit_trees as unit_trees
from inscape.shape.units import DuplicateUnits as DuplicateUnits
from inscape.shape.units import UnitCorrelation as UnitCorrelation
from inscape.shape.units import dead_units as dead_units
from inscape.shape.units import duplicate_units as duplicate_units
from inscape.shape.units import unit_correlation as unit_correlation
from inscape.shape.units import unit_distances as unit_distances

__all__ = [
    "PCA",
    "DuplicateUnits",
    "GrandTour",
    "Neighbors",
    "Parting",
    "Quality",
    "TourState",
    "UnitCorrelation",
    "UnitMap",
    "bundle",
    "cka",
    "dead_units",
    "discriminant",
    "duplicate_units",
    "neighbor_recall",
    "neighbors",
    "parting",
    "pca",
    "place",
    "procrustes",
    "procrustes_distance",
    "qualities",
    "quality",
    "searches_all",
    "similarity_matrix",
    "tsne",
    "umap",
    "unit_auc",
    "unit_correlation",
    "unit_distances",
    "unit_map",
    "unit_trees",
]
