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
    0.75753,  # message_whole
    0,  # question_whole
    3.5879,  # symptom_whole
    0,  # cause_whole
    0,  # tag_whole
    0,  # code_whole
    0,  # query_whole
    0,  # alike_whole
    0.097671,  # coverage
    0.23244,  # alike_margin
    6.7502,  # pairs
    0,  # alike_pairs
    14.683,  # plain
    0,  # alike_plain
    2.4703,  # template
    0,  # print
    13.31,  # bm25
    -0.39672,  # alike_template
    0.4458,  # d_coverage
    1.148,  # d_bm25
    0,  # unknown
    0,  # key_unknown
    0,  # terms
    0,  # log
    0,  # foreign
    1.4769,  # foreign_margin
    0,  # foreign_template
)

# Of the best candidate: its features, then its logit, its lead, its share, and the bias.
DECIDER = (
    (
        0,  # message_cosine
        1.1169,  # question_cosine
        0,  # symptom_cosine
        1.0119,  # cause_cosine
        1.4966,  # tag_cosine
        0.433,  # code_cosine
        0,  # query_cosine
        -2.3313,  # alike_cosine
        0,  # message_whole
        2.2278,  # question_whole
        0,  # symptom_whole
        0,  # cause_whole
        0,  # tag_whole
        0.78941,  # code_whole
        0.18565,  # query_whole
        -0.14018,  # alike_whole
        0,  # coverage
        0,  # alike_margin
        0.25749,  # pairs
        -4.6499,  # alike_pairs
        1.3039,  # plain
        -6.442,  # alike_plain
        1.2277,  # template
        0.50477,  # print
        0,  # bm25
        -1.334,  # alike_template
        0.68664,  # d_coverage
        1.9645,  # d_bm25
        0,  # unknown
        0,  # key_unknown
        0.28612,  # terms
        -0.83342,  # log
        -1.4483,  # foreign
        0,  # foreign_margin
        -0.70853,  # foreign_template
    ),
    0,
    0.19606,
    2.6849,
    -2.6838,
)
OFFERER = (
    (
        1.0938,  # message_cosine
        2.0266,  # question_cosine
        0,  # symptom_cosine
        2.7638,  # cause_cosine
        1.3331,  # tag_cosine
        4.1062,  # code_cosine
        0.66411,  # query_cosine
        -0.17167,  # alike_cosine
        0,  # message_whole
        1.6876,  # question_whole
        0.88972,  # symptom_whole
        0.3306,  # cause_whole
        0,  # tag_whole
        0,  # code_whole
        0.89184,  # query_whole
        -0.70483,  # alike_whole
        2.4351,  # coverage
        0.084557,  # alike_margin
        1.6198,  # pairs
        -4.2229,  # alike_pairs
        0.57994,  # plain
        -5.9492,  # alike_plain
        2.3738,  # template
        0,  # print
        0,  # bm25
        -1.3533,  # alike_template
        0.50819,  # d_coverage
        1.5477,  # d_bm25
        -0.57113,  # unknown
        -0.47196,  # key_unknown
        1.4514,  # terms
        -0.82773,  # log
        -0.60014,  # foreign
        0,  # foreign_margin
        -0.90946,  # foreign_template
    ),
    0,
    0.098906,
    1.3937,
    -7.8143,
)
