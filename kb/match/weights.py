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
    0.75441,  # message_whole
    0,  # question_whole
    3.5912,  # symptom_whole
    0,  # cause_whole
    0,  # tag_whole
    0,  # code_whole
    0,  # query_whole
    0,  # alike_whole
    0.030107,  # coverage
    0.21907,  # alike_margin
    6.8172,  # pairs
    0,  # alike_pairs
    14.503,  # plain
    0,  # alike_plain
    2.5032,  # template
    0,  # print
    13.141,  # bm25
    -0.38152,  # alike_template
    0.48797,  # d_coverage
    1.1753,  # d_bm25
    0,  # unknown
    0,  # key_unknown
    0,  # terms
    0,  # log
    0,  # foreign
    1.4861,  # foreign_margin
    0,  # foreign_template
)

# Of the best candidate: its features, then its logit, its lead, its share, and the bias.
DECIDER = (
    (
        0,  # message_cosine
        1.0552,  # question_cosine
        0,  # symptom_cosine
        1.0103,  # cause_cosine
        1.492,  # tag_cosine
        0.3258,  # code_cosine
        0,  # query_cosine
        -2.3331,  # alike_cosine
        0,  # message_whole
        2.3005,  # question_whole
        0,  # symptom_whole
        0,  # cause_whole
        0,  # tag_whole
        0.83584,  # code_whole
        0.17406,  # query_whole
        -0.1344,  # alike_whole
        0,  # coverage
        0,  # alike_margin
        0.2274,  # pairs
        -4.6893,  # alike_pairs
        1.358,  # plain
        -6.2907,  # alike_plain
        1.2292,  # template
        0.52209,  # print
        0,  # bm25
        -1.3284,  # alike_template
        0.68312,  # d_coverage
        2.0155,  # d_bm25
        0,  # unknown
        0,  # key_unknown
        0.26834,  # terms
        -0.84953,  # log
        -1.4548,  # foreign
        0,  # foreign_margin
        -0.72213,  # foreign_template
    ),
    0,
    0.1926,
    2.7047,
    -2.6377,
)
OFFERER = (
    (
        1.1077,  # message_cosine
        2.0294,  # question_cosine
        0,  # symptom_cosine
        2.8188,  # cause_cosine
        1.3273,  # tag_cosine
        4.0554,  # code_cosine
        0.6787,  # query_cosine
        -0.21489,  # alike_cosine
        0,  # message_whole
        1.6405,  # question_whole
        0.91775,  # symptom_whole
        0.27543,  # cause_whole
        0,  # tag_whole
        0,  # code_whole
        0.88508,  # query_whole
        -0.64392,  # alike_whole
        2.4156,  # coverage
        0.087779,  # alike_margin
        1.596,  # pairs
        -4.2615,  # alike_pairs
        0.64805,  # plain
        -5.8273,  # alike_plain
        2.3442,  # template
        0,  # print
        0,  # bm25
        -1.3279,  # alike_template
        0.50754,  # d_coverage
        1.5788,  # d_bm25
        -0.56782,  # unknown
        -0.48826,  # key_unknown
        1.4499,  # terms
        -0.83201,  # log
        -0.60254,  # foreign
        0,  # foreign_margin
        -0.87639,  # foreign_template
    ),
    0,
    0.095668,
    1.3932,
    -7.7995,
)
