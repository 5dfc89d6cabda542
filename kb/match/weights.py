"""Learned weights, one per feature of rank.FEATURES; written by `python -m bench.train`."""

RANKER = (
    -0.42358,  # message_cosine
    -2.5304,  # question_cosine
    -0.38386,  # symptom_cosine
    2.8759,  # cause_cosine
    1.213,  # tag_cosine
    2.4012,  # code_cosine
    0.62397,  # alike_cosine
    1.6517,  # message_whole
    5.886,  # question_whole
    4.5869,  # symptom_whole
    -0.14932,  # cause_whole
    1.3528,  # tag_whole
    1.2016,  # code_whole
    1.4145,  # alike_whole
    1.654,  # coverage
    0.74599,  # key_line
    -0.88817,  # key_entry
    -0.52473,  # line_message
    -1.7878,  # line_question
    -0.080502,  # line_symptom
    0.2235,  # line_alike
    1.8967,  # line_entry
    1.7788,  # line_margin
    -0.23772,  # alike_margin
    1.2819,  # second_line
    -0.50199,  # template
    1.7546,  # print
    -1.7266,  # prints
    1.3664,  # fuzzy
    2.8344,  # fuzzy_key
    4.9432,  # bm25
    1.7787,  # missing
    0.14571,  # missing_line
    1.5889,  # lost_line
    2.6913,  # d_coverage
    2.2269,  # d_bm25
    0.85046,  # d_key_line
    0.31242,  # d_best
    1.7942e-07,  # unknown
    1.7276e-07,  # key_unknown
    2.9357e-08,  # terms
    5.6701e-08,  # log
    0.19766,  # foreign
    0.25311,  # foreign_margin
)

# Of the best candidate: its features, then its logit, its lead, its share, and the bias.
DECIDER = (
    (
        -0.91924,  # message_cosine
        -4.0037,  # question_cosine
        -0.21908,  # symptom_cosine
        -1.1236,  # cause_cosine
        0.46552,  # tag_cosine
        -0.71927,  # code_cosine
        -0.52573,  # alike_cosine
        0.067982,  # message_whole
        1.7454,  # question_whole
        -1.178,  # symptom_whole
        0.57069,  # cause_whole
        -1.3318,  # tag_whole
        0.54579,  # code_whole
        -4.1275,  # alike_whole
        0.32739,  # coverage
        -0.34691,  # key_line
        0.60631,  # key_entry
        0.11885,  # line_message
        2.8011,  # line_question
        0.84498,  # line_symptom
        0.5946,  # line_alike
        -1.9571,  # line_entry
        0.98371,  # line_margin
        -1.1247,  # alike_margin
        -1.1541,  # second_line
        0.87286,  # template
        -1.1115,  # print
        1.0787,  # prints
        0.21658,  # fuzzy
        0.046494,  # fuzzy_key
        2.6001,  # bm25
        -0.3553,  # missing
        -0.16084,  # missing_line
        0.42126,  # lost_line
        0.23522,  # d_coverage
        2.0937,  # d_bm25
        0.12173,  # d_key_line
        1.1647,  # d_best
        -1.0202,  # unknown
        1.1106,  # key_unknown
        0.30923,  # terms
        -0.91307,  # log
        -0.93665,  # foreign
        0.096588,  # foreign_margin
    ),
    0.4664,
    0.1326,
    1.2882,
    -5.7613,
)
OFFERER = (
    (
        0.093463,  # message_cosine
        -0.12069,  # question_cosine
        0.16755,  # symptom_cosine
        -0.31173,  # cause_cosine
        -0.031661,  # tag_cosine
        1.6478,  # code_cosine
        -0.32661,  # alike_cosine
        0.29643,  # message_whole
        0.64716,  # question_whole
        -0.015765,  # symptom_whole
        1.0545,  # cause_whole
        0.43809,  # tag_whole
        0.15453,  # code_whole
        -0.23589,  # alike_whole
        0.70311,  # coverage
        0.22761,  # key_line
        0.90554,  # key_entry
        -0.1121,  # line_message
        0.20703,  # line_question
        -0.067619,  # line_symptom
        -0.66711,  # line_alike
        0.14533,  # line_entry
        0.4064,  # line_margin
        0.047427,  # alike_margin
        -0.64725,  # second_line
        0.74194,  # template
        -0.50497,  # print
        0.048233,  # prints
        0.46599,  # fuzzy
        0.063347,  # fuzzy_key
        0.8482,  # bm25
        0.31694,  # missing
        0.10057,  # missing_line
        0.31713,  # lost_line
        0.37402,  # d_coverage
        0.25939,  # d_bm25
        0.10504,  # d_key_line
        0.086459,  # d_best
        -0.74071,  # unknown
        -0.12206,  # key_unknown
        0.20259,  # terms
        -0.91087,  # log
        -0.35552,  # foreign
        0.26105,  # foreign_margin
    ),
    0.38764,
    0.095558,
    0.09926,
    -6.4548,
)
