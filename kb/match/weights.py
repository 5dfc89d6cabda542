"""Learned weights, one per feature of rank.FEATURES; written by `python -m bench.train`."""

RANKER = (
    0,  # message_cosine
    1.2607,  # question_cosine
    0,  # symptom_cosine
    1.89,  # cause_cosine
    0,  # tag_cosine
    0,  # code_cosine
    0,  # query_cosine
    0,  # alike_cosine
    0.9146,  # message_whole
    1.9777,  # question_whole
    3.1195,  # symptom_whole
    0.13045,  # cause_whole
    1.8118,  # tag_whole
    2.8376,  # code_whole
    1.1892,  # query_whole
    0,  # alike_whole
    0.50113,  # coverage
    0,  # key_line
    0,  # key_entry
    0,  # line_message
    0.16559,  # line_question
    0,  # line_symptom
    0,  # line_query
    0,  # line_alike
    0,  # line_entry
    0.55967,  # line_margin
    0,  # alike_margin
    0,  # second_line
    2.4722,  # template
    0.87313,  # print
    0.11003,  # prints
    2.2104,  # fuzzy
    2.8174,  # fuzzy_key
    12.229,  # bm25
    0,  # missing
    0,  # missing_line
    0,  # lost_line
    -0.7559,  # alike_template
    2.3078,  # d_coverage
    0.79981,  # d_bm25
    0.24795,  # d_key_line
    0,  # d_best
    0,  # unknown
    0,  # key_unknown
    0,  # terms
    0,  # log
    0,  # foreign
    0.53436,  # foreign_margin
    0,  # foreign_template
)

# Of the best candidate: its features, then its logit, its lead, its share, and the bias.
DECIDER = (
    (
        1.0169,  # message_cosine
        -0.94865,  # question_cosine
        -2.2482,  # symptom_cosine
        1.1144,  # cause_cosine
        1.9001,  # tag_cosine
        -0.6882,  # code_cosine
        -0.87775,  # query_cosine
        -0.81899,  # alike_cosine
        -0.86602,  # message_whole
        0.27656,  # question_whole
        0.24296,  # symptom_whole
        -0.6215,  # cause_whole
        -1.7005,  # tag_whole
        0.38306,  # code_whole
        0.95294,  # query_whole
        1.7942,  # alike_whole
        2.2794,  # coverage
        0.73521,  # key_line
        -0.51379,  # key_entry
        -0.049078,  # line_message
        2.27,  # line_question
        1.9217,  # line_symptom
        -0.54956,  # line_query
        -0.86069,  # line_alike
        -0.92427,  # line_entry
        2.2484,  # line_margin
        1.0929,  # alike_margin
        -0.39239,  # second_line
        0.93486,  # template
        0.51097,  # print
        -0.49226,  # prints
        0.25624,  # fuzzy
        0.19349,  # fuzzy_key
        -0.057692,  # bm25
        0.80645,  # missing
        -0.4487,  # missing_line
        1.8804,  # lost_line
        -1.8588,  # alike_template
        0.41579,  # d_coverage
        2.701,  # d_bm25
        0.96926,  # d_key_line
        -0.29101,  # d_best
        2.1886,  # unknown
        -1.7525,  # key_unknown
        0.4398,  # terms
        -0.86326,  # log
        -3.2795,  # foreign
        -1.6494,  # foreign_margin
        -0.58534,  # foreign_template
    ),
    0.25358,
    0.14881,
    2.0433,
    -6.5649,
)
OFFERER = (
    (
        -0.62828,  # message_cosine
        0.82064,  # question_cosine
        -0.081844,  # symptom_cosine
        1.2235,  # cause_cosine
        0.04535,  # tag_cosine
        2.3968,  # code_cosine
        0.47129,  # query_cosine
        -0.89577,  # alike_cosine
        0.68226,  # message_whole
        0.8557,  # question_whole
        0.69371,  # symptom_whole
        0.28051,  # cause_whole
        0.70983,  # tag_whole
        0.36815,  # code_whole
        0.87649,  # query_whole
        -0.11341,  # alike_whole
        1.3872,  # coverage
        0.041095,  # key_line
        1.7637,  # key_entry
        -0.20202,  # line_message
        0.55406,  # line_question
        -0.014494,  # line_symptom
        0.61603,  # line_query
        -0.87577,  # line_alike
        0.997,  # line_entry
        0.93869,  # line_margin
        0.54035,  # alike_margin
        -0.57931,  # second_line
        1.6705,  # template
        -0.26154,  # print
        0.50698,  # prints
        1.3177,  # fuzzy
        -0.44451,  # fuzzy_key
        -1.0322,  # bm25
        1.6973,  # missing
        0.29055,  # missing_line
        0.6881,  # lost_line
        -1.9368,  # alike_template
        0.99656,  # d_coverage
        0.96973,  # d_bm25
        0.24856,  # d_key_line
        -0.70607,  # d_best
        -0.050543,  # unknown
        -0.7869,  # key_unknown
        0.64003,  # terms
        -1.1474,  # log
        -1.2071,  # foreign
        0.4038,  # foreign_margin
        -0.72175,  # foreign_template
    ),
    0.28939,
    0.069052,
    0.39923,
    -9.0851,
)
