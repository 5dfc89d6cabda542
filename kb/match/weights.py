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
    0.55068,  # message_whole
    0,  # question_whole
    3.5851,  # symptom_whole
    0,  # cause_whole
    0,  # tag_whole
    0,  # code_whole
    0,  # query_whole
    0,  # alike_whole
    0,  # coverage
    0.22649,  # alike_margin
    7.9911,  # pairs
    0,  # alike_pairs
    13.375,  # plain
    0,  # alike_plain
    2.2576,  # template
    0,  # print
    12.683,  # bm25
    -0.63276,  # alike_template
    0.51718,  # d_coverage
    0.39206,  # d_bm25
    0,  # unknown
    0,  # key_unknown
    0,  # terms
    0,  # log
    0,  # foreign
    1.9323,  # foreign_margin
    0,  # foreign_template
)

# Of the best candidate: its features, then its logit, its lead, its share, and the bias.
DECIDER = (
    (
        0,  # message_cosine
        0,  # question_cosine
        0.18917,  # symptom_cosine
        0.94883,  # cause_cosine
        1.4327,  # tag_cosine
        0.12671,  # code_cosine
        0,  # query_cosine
        -1.5526,  # alike_cosine
        0,  # message_whole
        2.9678,  # question_whole
        0,  # symptom_whole
        0.12963,  # cause_whole
        0,  # tag_whole
        1.3439,  # code_whole
        1.233,  # query_whole
        -1.1866,  # alike_whole
        0.98086,  # coverage
        0,  # alike_margin
        0,  # pairs
        -1.9909,  # alike_pairs
        0.51505,  # plain
        -5.0957,  # alike_plain
        1.8311,  # template
        0.46861,  # print
        0,  # bm25
        -1.6825,  # alike_template
        0.3028,  # d_coverage
        2.513,  # d_bm25
        0,  # unknown
        0,  # key_unknown
        0.83771,  # terms
        -0.99682,  # log
        -1.2024,  # foreign
        0,  # foreign_margin
        -0.84614,  # foreign_template
    ),
    0,
    0.12664,
    2.8286,
    -5.1239,
)
OFFERER = (
    (
        0.82179,  # message_cosine
        0.26068,  # question_cosine
        0,  # symptom_cosine
        1.5871,  # cause_cosine
        2.9027,  # tag_cosine
        0.48841,  # code_cosine
        0.27076,  # query_cosine
        -0.21721,  # alike_cosine
        0,  # message_whole
        2.2054,  # question_whole
        0.31603,  # symptom_whole
        0,  # cause_whole
        0,  # tag_whole
        1.5861,  # code_whole
        1.2051,  # query_whole
        -1.079,  # alike_whole
        2.3741,  # coverage
        0.65215,  # alike_margin
        0.67131,  # pairs
        -2.6247,  # alike_pairs
        0,  # plain
        -5.3965,  # alike_plain
        2.3727,  # template
        0,  # print
        1.3232,  # bm25
        -1.5733,  # alike_template
        0.11748,  # d_coverage
        0.77793,  # d_bm25
        -0.51412,  # unknown
        -0.036141,  # key_unknown
        1.2593,  # terms
        -0.65836,  # log
        -0.81592,  # foreign
        0.19808,  # foreign_margin
        -0.84999,  # foreign_template
    ),
    0,
    0.081457,
    1.3244,
    -7.0933,
)
