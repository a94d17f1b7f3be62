"""The part of the journey of a PES that is its own: its circuit, S2LOW's module Hélios, the acquit and its verdict."""
