"""tbd"""
TIME_LIMIT = 60.0
def best_set(problem, costs, budget, objective, reading, time_limit):
    return ()
