from .areas import treemap as treemap
from .bars import intervals as intervals
from .courses import fan as fan
from .facts import tornado as tornado
from .maps import world_map as world_map
from .matrices import cut_set_matrix as cut_set_matrix
from .matrices import heat_map as heat_map
from .streams import flow as flow
