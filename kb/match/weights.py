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
    0.89059,  # message_whole
    0,  # question_whole
    3.6113,  # symptom_whole
    0,  # cause_whole
    0,  # tag_whole
    0,  # code_whole
    0,  # query_whole
    0,  # alike_whole
    0,  # coverage
    0.17759,  # alike_margin
    8.7187,  # pairs
    0,  # alike_pairs
    14.292,  # plain
    0,  # alike_plain
    2.5433,  # template
    0,  # print
    11.046,  # bm25
    -1.0987,  # alike_template
    0.6566,  # d_coverage
    2.2157,  # d_bm25
    0,  # unknown
    0,  # key_unknown
    0,  # terms
    0,  # log
    0,  # foreign
    1.5835,  # foreign_margin
    0,  # foreign_template
)

# Of the best candidate: its features, then its logit, its lead, its share, and the bias.
DECIDER = (
    (
        0,  # message_cosine
        0,  # question_cosine
        0.32041,  # symptom_cosine
        0.88746,  # cause_cosine
        0.84389,  # tag_cosine
        0.5581,  # code_cosine
        0,  # query_cosine
        -1.5277,  # alike_cosine
        0.001763,  # message_whole
        2.7079,  # question_whole
        0,  # symptom_whole
        0,  # cause_whole
        0,  # tag_whole
        0.52046,  # code_whole
        0.99478,  # query_whole
        -0.85885,  # alike_whole
        0,  # coverage
        0,  # alike_margin
        0,  # pairs
        -1.1127,  # alike_pairs
        0.71322,  # plain
        -5.3133,  # alike_plain
        1.6858,  # template
        0.43874,  # print
        0,  # bm25
        -1.546,  # alike_template
        1.0831,  # d_coverage
        2.6677,  # d_bm25
        0,  # unknown
        0,  # key_unknown
        0.53908,  # terms
        -0.97271,  # log
        -0.99727,  # foreign
        0,  # foreign_margin
        -0.59842,  # foreign_template
    ),
    0,
    0.10956,
    2.8416,
    -3.7274,
)
OFFERER = (
    (
        1.1834,  # message_cosine
        0.71053,  # question_cosine
        0,  # symptom_cosine
        1.8689,  # cause_cosine
        2.571,  # tag_cosine
        1.7595,  # code_cosine
        1.0652,  # query_cosine
        -0.12999,  # alike_cosine
        0,  # message_whole
        2.0667,  # question_whole
        0.30383,  # symptom_whole
        0.46763,  # cause_whole
        0,  # tag_whole
        0,  # code_whole
        0.95915,  # query_whole
        -0.69145,  # alike_whole
        2.8082,  # coverage
        0.32492,  # alike_margin
        0.41307,  # pairs
        -1.1084,  # alike_pairs
        0,  # plain
        -5.3465,  # alike_plain
        2.4778,  # template
        0,  # print
        0,  # bm25
        -1.6555,  # alike_template
        0,  # d_coverage
        1.5494,  # d_bm25
        -0.16407,  # unknown
        0,  # key_unknown
        1.1624,  # terms
        -0.85211,  # log
        -0.4401,  # foreign
        0.20622,  # foreign_margin
        -0.65619,  # foreign_template
    ),
    0,
    0.07753,
    1.3419,
    -7.0047,
)
