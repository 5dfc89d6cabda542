"""Learned weights, one per feature of rank.FEATURES; written by `python -m bench.train`."""

RANKER = (
    0,  # message_cosine
    0,  # question_cosine
    0,  # symptom_cosine
    2.1963,  # cause_cosine
    0,  # tag_cosine
    0,  # code_cosine
    0,  # alike_cosine
    0.768,  # message_whole
    2.547,  # question_whole
    4.0262,  # symptom_whole
    0.29498,  # cause_whole
    1.4867,  # tag_whole
    2.9856,  # code_whole
    0,  # alike_whole
    0.7435,  # coverage
    0,  # key_line
    0,  # key_entry
    0,  # line_message
    0,  # line_question
    0,  # line_symptom
    0,  # line_alike
    0.41757,  # line_entry
    0.70037,  # line_margin
    0,  # alike_margin
    0,  # second_line
    1.6672,  # template
    1.5391,  # print
    0,  # prints
    1.8445,  # fuzzy
    2.0038,  # fuzzy_key
    9.1254,  # bm25
    0,  # missing
    0,  # missing_line
    0,  # lost_line
    -0.5551,  # alike_template
    2.7068,  # d_coverage
    3.108,  # d_bm25
    0,  # d_key_line
    0,  # d_best
    0,  # unknown
    0,  # key_unknown
    0,  # terms
    0,  # log
    0,  # foreign
    0.88688,  # foreign_margin
    0,  # foreign_template
)

# Of the best candidate: its features, then its logit, its lead, its share, and the bias.
DECIDER = (
    (
        -0.48301,  # message_cosine
        -0.14695,  # question_cosine
        -3.5984,  # symptom_cosine
        0.071599,  # cause_cosine
        0.29377,  # tag_cosine
        0.28553,  # code_cosine
        -0.22002,  # alike_cosine
        0.32622,  # message_whole
        -0.29776,  # question_whole
        0.23828,  # symptom_whole
        -1.1563,  # cause_whole
        -0.43811,  # tag_whole
        -0.31834,  # code_whole
        -1.2491,  # alike_whole
        0.64119,  # coverage
        -0.062171,  # key_line
        0.25128,  # key_entry
        -1.25,  # line_message
        1.2468,  # line_question
        1.8993,  # line_symptom
        -0.77026,  # line_alike
        -0.30578,  # line_entry
        3.674,  # line_margin
        -1.4577,  # alike_margin
        0.58373,  # second_line
        1.2864,  # template
        0.10868,  # print
        -0.67808,  # prints
        -0.16737,  # fuzzy
        -0.02748,  # fuzzy_key
        0.74805,  # bm25
        1.3479,  # missing
        -0.74759,  # missing_line
        2.4375,  # lost_line
        -1.9297,  # alike_template
        0.223,  # d_coverage
        0.89525,  # d_bm25
        0.43627,  # d_key_line
        0.76746,  # d_best
        1.3,  # unknown
        -1.1008,  # key_unknown
        0.79495,  # terms
        -0.971,  # log
        -1.4517,  # foreign
        -0.22855,  # foreign_margin
        -0.88068,  # foreign_template
    ),
    0.54718,
    0.18296,
    1.5501,
    -9.0208,
)
OFFERER = (
    (
        -0.61787,  # message_cosine
        0.94905,  # question_cosine
        -0.7683,  # symptom_cosine
        0.43873,  # cause_cosine
        -0.66063,  # tag_cosine
        2.2669,  # code_cosine
        -0.21152,  # alike_cosine
        0.40801,  # message_whole
        0.47034,  # question_whole
        0.80234,  # symptom_whole
        -0.27097,  # cause_whole
        1.2588,  # tag_whole
        0.44397,  # code_whole
        -0.31835,  # alike_whole
        0.93651,  # coverage
        -0.6205,  # key_line
        1.3168,  # key_entry
        -0.47033,  # line_message
        0.88166,  # line_question
        -0.44926,  # line_symptom
        -0.55729,  # line_alike
        1.0379,  # line_entry
        1.2036,  # line_margin
        -0.10866,  # alike_margin
        0.33426,  # second_line
        1.6868,  # template
        -0.21382,  # print
        0.0081952,  # prints
        0.78629,  # fuzzy
        -0.35575,  # fuzzy_key
        -0.30524,  # bm25
        2.0389,  # missing
        0.61412,  # missing_line
        0.60348,  # lost_line
        -1.8096,  # alike_template
        0.57059,  # d_coverage
        0.58589,  # d_bm25
        0.013707,  # d_key_line
        0.031938,  # d_best
        -0.63468,  # unknown
        -0.63148,  # key_unknown
        0.96919,  # terms
        -1.2894,  # log
        -0.67129,  # foreign
        0.34011,  # foreign_margin
        -0.75727,  # foreign_template
    ),
    0.53368,
    0.059503,
    0.19096,
    -10.975,
)
