"""Learned weights, one per feature of rank.FEATURES; written by `python -m bench.train`."""

RANKER = (
    0,  # message_cosine
    0,  # question_cosine
    0,  # symptom_cosine
    2.2668,  # cause_cosine
    0,  # tag_cosine
    0,  # code_cosine
    0,  # query_cosine
    0,  # alike_cosine
    0.88601,  # message_whole
    2.7358,  # question_whole
    4.2624,  # symptom_whole
    0.59467,  # cause_whole
    1.5196,  # tag_whole
    3.4861,  # code_whole
    0,  # query_whole
    0,  # alike_whole
    1.993,  # coverage
    0,  # key_line
    0,  # key_entry
    0,  # line_message
    0,  # line_question
    0,  # line_symptom
    0,  # line_query
    0,  # line_alike
    0.39541,  # line_entry
    0.9281,  # line_margin
    0,  # alike_margin
    0,  # second_line
    1.7142,  # template
    1.7892,  # print
    0,  # prints
    2.1214,  # fuzzy
    2.2212,  # fuzzy_key
    8.5172,  # bm25
    0,  # missing
    0,  # missing_line
    0,  # lost_line
    -0.69823,  # alike_template
    1.8703,  # d_coverage
    2.8799,  # d_bm25
    0.12056,  # d_key_line
    0,  # d_best
    0,  # unknown
    0,  # key_unknown
    0,  # terms
    0,  # log
    0,  # foreign
    0.79923,  # foreign_margin
    0,  # foreign_template
)

# Of the best candidate: its features, then its logit, its lead, its share, and the bias.
DECIDER = (
    (
        -0.39736,  # message_cosine
        0.17281,  # question_cosine
        -1.669,  # symptom_cosine
        -0.013862,  # cause_cosine
        0.70716,  # tag_cosine
        0.020062,  # code_cosine
        -3.4254,  # query_cosine
        0.89457,  # alike_cosine
        -0.1627,  # message_whole
        0.23626,  # question_whole
        -0.40173,  # symptom_whole
        -1.3909,  # cause_whole
        -1.159,  # tag_whole
        -0.35881,  # code_whole
        2.1081,  # query_whole
        0.29914,  # alike_whole
        1.2433,  # coverage
        0.064758,  # key_line
        -0.7174,  # key_entry
        -0.74549,  # line_message
        0.4492,  # line_question
        0.96518,  # line_symptom
        0.85195,  # line_query
        -0.72241,  # line_alike
        -0.18173,  # line_entry
        2.3842,  # line_margin
        0.48017,  # alike_margin
        0.64686,  # second_line
        1.2699,  # template
        -0.016155,  # print
        -0.83333,  # prints
        0.064512,  # fuzzy
        -0.073047,  # fuzzy_key
        0.92487,  # bm25
        1.2829,  # missing
        -0.4629,  # missing_line
        1.653,  # lost_line
        -1.7723,  # alike_template
        0.18747,  # d_coverage
        1.0575,  # d_bm25
        0.88441,  # d_key_line
        -0.06926,  # d_best
        2.5092,  # unknown
        -2.4517,  # key_unknown
        0.80051,  # terms
        -1.0647,  # log
        -2.4979,  # foreign
        -1.4698,  # foreign_margin
        -0.98561,  # foreign_template
    ),
    0.48679,
    0.21038,
    1.3168,
    -8.6969,
)
OFFERER = (
    (
        -0.55594,  # message_cosine
        0.84433,  # question_cosine
        -0.22595,  # symptom_cosine
        0.30196,  # cause_cosine
        -0.19505,  # tag_cosine
        2.9401,  # code_cosine
        -0.23237,  # query_cosine
        -0.1622,  # alike_cosine
        0.55985,  # message_whole
        0.5635,  # question_whole
        0.42713,  # symptom_whole
        0.13742,  # cause_whole
        0.50233,  # tag_whole
        -0.23742,  # code_whole
        1.3173,  # query_whole
        -0.50693,  # alike_whole
        1.0022,  # coverage
        -0.54554,  # key_line
        1.2903,  # key_entry
        -0.57767,  # line_message
        0.75777,  # line_question
        -0.43988,  # line_symptom
        0.087522,  # line_query
        -0.50265,  # line_alike
        0.98575,  # line_entry
        0.69862,  # line_margin
        0.2337,  # alike_margin
        0.11677,  # second_line
        1.833,  # template
        -0.54239,  # print
        0.10163,  # prints
        0.98,  # fuzzy
        -0.34529,  # fuzzy_key
        -0.63795,  # bm25
        1.9826,  # missing
        0.50306,  # missing_line
        0.2806,  # lost_line
        -1.8661,  # alike_template
        0.84663,  # d_coverage
        0.57289,  # d_bm25
        0.1027,  # d_key_line
        -0.19734,  # d_best
        -0.15345,  # unknown
        -1.3392,  # key_unknown
        0.92128,  # terms
        -1.2311,  # log
        -0.76593,  # foreign
        0.20203,  # foreign_margin
        -0.87073,  # foreign_template
    ),
    0.48248,
    0.054352,
    0.14279,
    -10.695,
)
