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
    0.89003,  # message_whole
    0,  # question_whole
    3.6099,  # symptom_whole
    0,  # cause_whole
    0,  # tag_whole
    0,  # code_whole
    0,  # query_whole
    0,  # alike_whole
    0,  # coverage
    0.17722,  # alike_margin
    8.718,  # pairs
    0,  # alike_pairs
    14.293,  # plain
    0,  # alike_plain
    2.5432,  # template
    0,  # print
    11.458,  # bm25
    -1.0992,  # alike_template
    0.64785,  # d_coverage
    1.9876,  # d_bm25
    0,  # unknown
    0,  # key_unknown
    0,  # terms
    0,  # log
    0,  # foreign
    1.5794,  # foreign_margin
    0,  # foreign_template
)

# Of the best candidate: its features, then its logit, its lead, its share, and the bias.
DECIDER = (
    (
        0,  # message_cosine
        1.1221,  # question_cosine
        0.22472,  # symptom_cosine
        0.94738,  # cause_cosine
        0.94771,  # tag_cosine
        0.70553,  # code_cosine
        0,  # query_cosine
        -2.6158,  # alike_cosine
        0,  # message_whole
        2.1699,  # question_whole
        0,  # symptom_whole
        0,  # cause_whole
        0,  # tag_whole
        0,  # code_whole
        0.61164,  # query_whole
        -0.41771,  # alike_whole
        0,  # coverage
        0,  # alike_margin
        0,  # pairs
        -2.0597,  # alike_pairs
        1.8323,  # plain
        -5.8864,  # alike_plain
        1.3034,  # template
        0.40534,  # print
        0,  # bm25
        -1.5116,  # alike_template
        0.56692,  # d_coverage
        2.0982,  # d_bm25
        0,  # unknown
        0,  # key_unknown
        0.21048,  # terms
        -0.78617,  # log
        -1.315,  # foreign
        0,  # foreign_margin
        -0.65032,  # foreign_template
    ),
    0,
    0.20516,
    2.6658,
    -2.569,
)
OFFERER = (
    (
        0.94241,  # message_cosine
        2.3296,  # question_cosine
        0,  # symptom_cosine
        2.6502,  # cause_cosine
        0.70704,  # tag_cosine
        2.2483,  # code_cosine
        0.83383,  # query_cosine
        -1.4689,  # alike_cosine
        0,  # message_whole
        1.6095,  # question_whole
        0.78451,  # symptom_whole
        0.41897,  # cause_whole
        0,  # tag_whole
        0,  # code_whole
        1.2839,  # query_whole
        -0.37289,  # alike_whole
        2.5247,  # coverage
        0,  # alike_margin
        0.37609,  # pairs
        -2.0997,  # alike_pairs
        0.2339,  # plain
        -5.6792,  # alike_plain
        2.3995,  # template
        0,  # print
        0,  # bm25
        -1.3288,  # alike_template
        0.12411,  # d_coverage
        1.3184,  # d_bm25
        -0.14511,  # unknown
        0,  # key_unknown
        1.4338,  # terms
        -1.0037,  # log
        -0.56269,  # foreign
        0,  # foreign_margin
        -0.62771,  # foreign_template
    ),
    0,
    0.16174,
    1.3523,
    -7.8865,
)
