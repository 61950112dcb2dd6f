"""The sample: three campaigns, prepared once by the same flows that people use, at simulated times.

Everything made up comes from a fixed seed and is marked "dữ liệu minh họa" where it shows.
"""

from service.demo.prepare import prepare

__all__ = ["prepare"]
