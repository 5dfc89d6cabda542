"""Learned weights, one per feature of rank.FEATURES; written by `python -m bench.train`."""

RANKER = (
    0,  # message_cosine
    0,  # question_cosine
    0,  # symptom_cosine
    0,  # cause_cosine
    0,  # tag_cosine
    0,  # code_cosine
    0,  # query_cosine
    0,  # alike_cosine
    0.80942,  # message_whole
    0,  # question_whole
    3.4479,  # symptom_whole
    0,  # cause_whole
    0,  # tag_whole
    0,  # code_whole
    0,  # query_whole
    0,  # alike_whole
    0.3654,  # coverage
    0.19188,  # alike_margin
    7.8411,  # pairs
    0,  # alike_pairs
    14.476,  # plain
    0,  # alike_plain
    2.4499,  # template
    0,  # print
    12.519,  # bm25
    -0.68619,  # alike_template
    0.46713,  # d_coverage
    1.2871,  # d_bm25
    0,  # unknown
    0,  # key_unknown
    0,  # terms
    0,  # log
    0,  # foreign
    1.4558,  # foreign_margin
    0,  # foreign_template
)

# Of the best candidate: its features, then its logit, its lead, its share, and the bias.
DECIDER = (
    (
        0,  # message_cosine
        1.3034,  # question_cosine
        0.25796,  # symptom_cosine
        0.92874,  # cause_cosine
        1.3091,  # tag_cosine
        0.89444,  # code_cosine
        0,  # query_cosine
        -2.6198,  # alike_cosine
        0,  # message_whole
        1.967,  # question_whole
        0,  # symptom_whole
        0,  # cause_whole
        0,  # tag_whole
        0.46932,  # code_whole
        0.3779,  # query_whole
        -0.14901,  # alike_whole
        0,  # coverage
        0,  # alike_margin
        0.11122,  # pairs
        -4.2468,  # alike_pairs
        1.1992,  # plain
        -6.1373,  # alike_plain
        1.2516,  # template
        0.50928,  # print
        0,  # bm25
        -1.2174,  # alike_template
        0.76756,  # d_coverage
        1.9073,  # d_bm25
        0,  # unknown
        0,  # key_unknown
        0.33072,  # terms
        -0.80343,  # log
        -1.3762,  # foreign
        0,  # foreign_margin
        -0.67841,  # foreign_template
    ),
    0,
    0.18582,
    2.8051,
    -2.8745,
)
OFFERER = (
    (
        1.1997,  # message_cosine
        2.3518,  # question_cosine
        0,  # symptom_cosine
        2.7271,  # cause_cosine
        0.85781,  # tag_cosine
        3.613,  # code_cosine
        0.62707,  # query_cosine
        -1.7678,  # alike_cosine
        0,  # message_whole
        1.5431,  # question_whole
        1.0534,  # symptom_whole
        0.63147,  # cause_whole
        0.26264,  # tag_whole
        0,  # code_whole
        1.2956,  # query_whole
        0,  # alike_whole
        2.1383,  # coverage
        0.026237,  # alike_margin
        0.60211,  # pairs
        -3.7063,  # alike_pairs
        0,  # plain
        -5.0329,  # alike_plain
        2.2425,  # template
        0,  # print
        0,  # bm25
        -1.2226,  # alike_template
        0.51144,  # d_coverage
        1.2139,  # d_bm25
        -1.0911,  # unknown
        -0.08778,  # key_unknown
        1.3478,  # terms
        -0.6815,  # log
        -0.48005,  # foreign
        0,  # foreign_margin
        -0.84887,  # foreign_template
    ),
    0,
    0.16353,
    1.3476,
    -7.4689,
)
