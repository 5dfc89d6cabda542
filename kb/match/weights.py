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
    0.83607,  # message_whole
    0,  # question_whole
    3.4518,  # symptom_whole
    0,  # cause_whole
    0,  # tag_whole
    0,  # code_whole
    0,  # query_whole
    0,  # alike_whole
    0.44837,  # coverage
    0.18377,  # alike_margin
    7.8593,  # pairs
    0,  # alike_pairs
    14.433,  # plain
    0,  # alike_plain
    2.4499,  # template
    0,  # print
    12.544,  # bm25
    -0.85727,  # alike_template
    0.46912,  # d_coverage
    1.1897,  # d_bm25
    0,  # unknown
    0,  # key_unknown
    0,  # terms
    0,  # log
    0,  # foreign
    1.4624,  # foreign_margin
    0,  # foreign_template
)

# Of the best candidate: its features, then its logit, its lead, its share, and the bias.
DECIDER = (
    (
        0,  # message_cosine
        1.2301,  # question_cosine
        0.24651,  # symptom_cosine
        0.95758,  # cause_cosine
        1.3039,  # tag_cosine
        0.88051,  # code_cosine
        0,  # query_cosine
        -2.6814,  # alike_cosine
        0,  # message_whole
        2.0566,  # question_whole
        0,  # symptom_whole
        0,  # cause_whole
        0,  # tag_whole
        0.46032,  # code_whole
        0.37436,  # query_whole
        -0.090796,  # alike_whole
        0,  # coverage
        0,  # alike_margin
        0,  # pairs
        -3.795,  # alike_pairs
        1.3259,  # plain
        -6.5337,  # alike_plain
        1.2817,  # template
        0.52093,  # print
        0,  # bm25
        -1.196,  # alike_template
        0.73658,  # d_coverage
        1.9591,  # d_bm25
        0,  # unknown
        0,  # key_unknown
        0.31927,  # terms
        -0.79035,  # log
        -1.348,  # foreign
        0,  # foreign_margin
        -0.74927,  # foreign_template
    ),
    0,
    0.1811,
    2.8297,
    -2.8755,
)
OFFERER = (
    (
        1.1924,  # message_cosine
        2.3144,  # question_cosine
        0,  # symptom_cosine
        2.6932,  # cause_cosine
        0.78535,  # tag_cosine
        3.5773,  # code_cosine
        0.65512,  # query_cosine
        -1.7055,  # alike_cosine
        0,  # message_whole
        1.5551,  # question_whole
        1.0247,  # symptom_whole
        0.78492,  # cause_whole
        0.2821,  # tag_whole
        0,  # code_whole
        1.2517,  # query_whole
        0,  # alike_whole
        2.1286,  # coverage
        0.056485,  # alike_margin
        0.56775,  # pairs
        -3.293,  # alike_pairs
        0,  # plain
        -5.2289,  # alike_plain
        2.2472,  # template
        0,  # print
        0,  # bm25
        -1.2696,  # alike_template
        0.52759,  # d_coverage
        1.1587,  # d_bm25
        -1.0346,  # unknown
        -0.11604,  # key_unknown
        1.338,  # terms
        -0.68136,  # log
        -0.46913,  # foreign
        0,  # foreign_margin
        -0.89623,  # foreign_template
    ),
    0,
    0.16565,
    1.3518,
    -7.4659,
)
